"""Language concept erasure: no component of a vector goes with the language of its text."""

from typing import TYPE_CHECKING

from polybatch.training.losses.loss import LANGUAGES, Loss

if TYPE_CHECKING:
    from torch import Tensor

    from polybatch.training.losses.columns import TwoTermLoss

LEAST = 1e-12  # a variance below is none: the component, or the language, is the same for all texts


def told_languages(loss: "TwoTermLoss", vectors: "list[Tensor]", beside: "list[dict[str, Tensor]]") -> "Tensor":
    """Correlation of vectors with languages beside info-nce (after LANCER, Huang et al., EMNLP 2024, main 736).

    Of all m texts of the batch, queries, passages and hard negatives, with x_k their vectors of length 1 and y_k[l] 1
    where text k is in language l, else 0:

        R[c, l] = Pearson's correlation of component c of x with y[l] over the m texts
        L = (1 - weight) InfoNCE(q, d) + weight * (mean of R[c, l]^2 over components c and the languages of the batch)

    By the theorem of linear concept erasure (arXiv 2306.03819) no linear probe finds a language where R is 0. The
    principle, a penalty on the cross-correlation of features and language labels, is LANCER's; squares and mean are
    our choice, which lies between 0 and 1 whatever the dimensions. A component, or a language, that is the same for
    all texts has no correlation: the second term of a batch in one language is 0. With several processes it is over
    the whole batch.
    """
    import torch
    from torch.nn.functional import normalize

    everywhere = torch.cat([loss.everywhere(column) for column in vectors])
    languages = torch.cat([loss.everywhere(known["language"].to(everywhere.dtype)) for known in beside])
    return loss.settings.share * correlation(normalize(everywhere, dim=1), languages.long())


def correlation(vectors: "Tensor", languages: "Tensor") -> "Tensor":
    """The mean squared correlation of components with languages: a scalar from 0 to 1.

    `vectors`: shape (texts, dimensions); `languages`: int64, shape (texts,), their numbers.
    """
    import torch
    from torch.nn.functional import one_hot

    _, numbers = torch.unique(languages, return_inverse=True)
    x = vectors - vectors.mean(dim=0)
    y = one_hot(numbers).to(vectors.dtype)
    y = y - y.mean(dim=0)
    squares = (x.T @ y) ** 2
    spread = (x**2).sum(dim=0)[:, None] * (y**2).sum(dim=0)[None]
    return torch.where(spread > LEAST, squares / spread.clamp(min=LEAST), 0.0).mean()


LOSS = Loss(
    "erasure",
    "info-nce, and makes every component of a vector uncorrelated with the text's language (LANCER)",
    options=("temperature", "symmetric", "weight"),
    needs=LANGUAGES,
    weight=0.5,
    term=told_languages,
)
