"""Where each collection comes from, and under which licence. Words alone: no loader."""

from typing import NamedTuple


class Upstream(NamedTuple):
    """The place that a collection is had from, in words, and the licence of its texts."""

    place: str
    licence: str


AFRICLIRMATRIX = Upstream(
    "github.com/castorini/africlirmatrix (test/) and huggingface.co/datasets/castorini/africlirmatrix", "Apache-2.0"
)
AFRIQA = Upstream("github.com/masakhane-io/afriqa", "CC BY 4.0")
BELEBELE = Upstream("huggingface.co/datasets/facebook/belebele", "CC BY-SA 4.0")
CIRAL = Upstream("huggingface.co/datasets/CIRAL/ciral and CIRAL/ciral-corpus", "Apache-2.0")
CROSSSUM = Upstream("huggingface.co/datasets/csebuetnlp/CrossSum", "CC BY-NC-SA 4.0")
MAFAND_MT = Upstream("github.com/masakhane-io/lafand-mt", "CC BY-NC 4.0")
MASAKHANEWS = Upstream(
    "github.com/masakhane-io/masakhane-news", "AFL-3.0 (code); news texts for non-commercial research"
)
MIRACL = Upstream("huggingface.co/datasets/miracl/miracl and miracl/miracl-corpus", "Apache-2.0")
NAGARIK = Upstream("github.com/gaurovgiri/newsapi", "MIT (repository); news texts for non-commercial research")
NEUCLIR = Upstream(
    "huggingface.co/datasets/neuclir/neuclir1 (documents), trec.nist.gov/data/neuclir (topics, judgements)",
    "terms of TREC and Common Crawl",
)
NTREX = Upstream("github.com/MicrosoftTranslator/NTREX", "CC BY-SA 4.0")
SIB200 = Upstream("github.com/dadelani/sib-200 (on the hub Davlan/sib200)", "CC BY-SA 4.0 (sentences)")
XLSUM = Upstream("huggingface.co/datasets/csebuetnlp/xlsum", "CC BY-NC-SA 4.0")
XQUAD_R = Upstream("github.com/google-research-datasets/lareqa", "CC BY-SA 4.0")
MLQA_R = Upstream("github.com/google-research-datasets/lareqa (mlqa-r at commit 354d67d)", "CC BY-NC 4.0")
BUILT_IN = Upstream("built in", "Apache-2.0")
