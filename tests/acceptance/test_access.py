"""The first start as people meet it: the command prints a link, the link makes an administrator, the server closes."""

import re
from pathlib import Path

from tests.support.folder import write_rules
from tests.support.process import running, tapewatch
from tests.support.web import Site

PASSWORD = "four words in a row"


def test_the_first_start_prints_the_link_that_opens_the_server(tmp_path: Path) -> None:
    write_rules(tmp_path)
    env = {"COLUMNS": "40"}  # the link is whole in a narrow terminal
    with running(tmp_path, env) as service:
        assert service.get("/")[0] == 200
        [link] = re.findall(rf"^http://127\.0\.0\.1:{service.port}(/setup\?link=\S{{43}})$", service.log, re.MULTILINE)
        fresh = tapewatch("users", "setup-link", cwd=tmp_path, env=env)
        assert fresh.returncode == 0, fresh.stderr
        assert "/setup?link=" in fresh.stdout
        page = Site(service.port)
        secret = link.partition("link=")[2]
        made = page.post("/setup", {"link": secret, "name": "anna", "password": PASSWORD, "again": PASSWORD})
        assert (made.status, made.headers["location"]) == (303, "/")
        assert service.get("/")[0] == 303
        other = fresh.stdout.strip().partition("link=")[2]
        again = page.post("/setup", {"link": other, "name": "bo", "password": PASSWORD, "again": PASSWORD})
        assert again.status == 410
        assert page.post("/login", {"name": "anna", "password": PASSWORD}).status == 303
        assert "anna" in tapewatch("users", "list", cwd=tmp_path).stdout
        for told in (secret, PASSWORD):
            assert service.log.count(told) == (1 if told == secret else 0)  # printed once, logged never
    with running(tmp_path, env) as service:
        assert service.log.count("/setup?link=") == 1  # that of the first start
        assert service.get("/healthz")[0] == 200
        assert service.get("/")[0] == 303
