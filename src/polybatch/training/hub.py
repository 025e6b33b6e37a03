"""Upload a model's folder to the Hugging Face hub. Only when asked for by name; private until its owner says else."""

from pathlib import Path

from polybatch.errors import Fault, ModelError


def push_model(folder: Path, name: str) -> str:
    """Upload everything in a model's folder, its card too; the address it is at then.

    A repository that does not exist is made, private. Raises ModelError in one line where the hub refuses, as without
    a login.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalTokenNotFoundError, OfflineModeIsEnabled

    hub = HfApi()
    try:
        made = hub.create_repo(name, private=True, exist_ok=True)
        hub.upload_folder(repo_id=made.repo_id, folder_path=folder)
    except (HfHubHTTPError, HFValidationError, LocalTokenNotFoundError, OfflineModeIsEnabled, OSError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        works = "`hf auth login` first, and a name such as owner/model"
        raise ModelError([Fault(f"--push-to-hub {name}", f"not uploaded ({reason})", works)]) from None
    return str(made)
