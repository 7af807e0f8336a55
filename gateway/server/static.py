"""Two folders of built files: the single-page app at `/`, GraphiQL at `/playground`."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PLAYGROUND = "/playground"
INDEX = "index.html"
IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"


class SinglePageApp(StaticFiles):
    """A folder whose `index.html` answers every path that looks like a page, not like a file.

    Files under `assets/` have their content's hash in their name, so browsers keep them for good;
    everything else is asked for again.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)
        self._index = folder / INDEX

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file at `path`, or the page that routes it in the browser."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or "." in Path(path).name or not self._index.is_file():
                raise
            response = FileResponse(self._index)
        response.headers["cache-control"] = (
            IMMUTABLE if path.startswith("assets/") and response.status_code == 200 else REVALIDATE
        )
        return response


def static_routes(static_dir: Path | None, playground_dir: Path | None) -> list[BaseRoute]:
    """Routes for the folders that there are; the app's comes last, since it takes every path."""
    routes: list[BaseRoute] = []
    if playground_dir is not None:
        files = StaticFiles(directory=playground_dir, html=True)
        routes += [Route(PLAYGROUND, _add_slash), Mount(PLAYGROUND, files)]
    if static_dir is not None:
        routes.append(Mount("/", SinglePageApp(static_dir)))
    return routes


async def _add_slash(request: Request) -> Response:
    """The page's own files are relative to its address."""
    return RedirectResponse(f"{PLAYGROUND}/")
