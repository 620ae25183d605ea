#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets the hub's own client say whether the scripted hub answers as the hub does.

    cmake --build build/release --target sharkreg_scripted_hub
    python3 -m venv build/hub && build/hub/bin/pip install huggingface_hub
    build/hub/bin/python tests/servers/check_hub.py build/release/tests/sharkreg_scripted_hub

Not among the tests of every day, since the client brings many packages with it.
"""
import hashlib
import os
import subprocess
import sys
import tempfile

hub = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
os.environ["HF_ENDPOINT"] = hub.stdout.readline().strip()
os.environ["HF_HUB_DISABLE_XET"] = "1"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
os.environ.pop("HF_TOKEN", None)
scratch = tempfile.TemporaryDirectory()
os.environ["HF_HOME"] = scratch.name

import huggingface_hub  # noqa: E402: it reads the environment when it is imported
from huggingface_hub import errors, get_hf_file_metadata, hf_hub_download, hf_hub_url  # noqa: E402

COMMIT = "0123456789abcdef0123456789abcdef01234567"
checks = 0


def check(holds, what):
    global checks
    checks += 1
    if not holds:
        sys.exit(f"check_hub.py: {what}")


def content(repository, path, **more):
    with open(hf_hub_download(repository, path, **more), "rb") as file:
        return file.read()


def refused(error, repository, path, revision="main", **more):
    try:
        get_hf_file_metadata(hf_hub_url(repository, path, revision=revision), **more)
    except Exception as caught:
        check(type(caught) is error, f"{path} of {repository} {revision} {more}: {type(caught)}: {caught}")
    else:
        check(False, f"{path} of {repository} {revision} {more} was not refused")


try:
    weights = b"w" * 300000
    check(content("acme/model", "config.json", token=False) == b'{"layers": 2}\n', "a small file")
    check(content("acme/model", "sub/weights.bin", token=False) == weights, "a large file")
    check(content("acme/model", "config.json", revision=COMMIT) == b'{"layers": 2}\n', "a commit")
    check(content("acme/model", "config.json", revision="refs/pr/1") == b'{"layers": 2}\n', "a ref")
    check(content("acme/before", "config.json") == b'{"moved": true}\n', "a small file that moved")
    check(content("acme/before", "weights.bin") == b"m" * 1000, "a large file that moved")
    check(content("acme/data", "rows.csv", repo_type="dataset") == b"a,b\n", "a data set")
    check(content("acme/gated", "config.json", token="hf_reader") == b"{}", "a gated file")
    check(content("acme/hidden", "config.json", token="hf_reader") == b"{}", "a hidden file")

    metadata = get_hf_file_metadata(hf_hub_url("acme/model", "sub/weights.bin"))
    check(metadata.commit_hash == COMMIT, "the commit")
    check(metadata.size == len(weights), "the size")
    check(metadata.etag == hashlib.sha256(weights).hexdigest(), "the tag of a large file")
    check("Signature=" in metadata.location, "the link")
    metadata = get_hf_file_metadata(hf_hub_url("acme/model", "config.json"))
    check(metadata.size == 14 and len(metadata.etag) == 40, "what is said of a small file")

    # EntryNotFoundError in general; a newer client has a name of its own for files far away.
    missing = getattr(errors, "RemoteEntryNotFoundError", errors.EntryNotFoundError)
    refused(missing, "acme/model", "none.json")
    refused(errors.RevisionNotFoundError, "acme/model", "config.json", revision="none")
    refused(errors.RepositoryNotFoundError, "acme/none", "config.json")
    refused(errors.RepositoryNotFoundError, "acme/hidden", "config.json")
    refused(errors.RepositoryNotFoundError, "acme/hidden", "config.json", token="hf_stranger")
    refused(errors.GatedRepoError, "acme/gated", "config.json")
    refused(errors.GatedRepoError, "acme/gated", "config.json", token="hf_stranger")
    print(f"huggingface_hub {huggingface_hub.__version__} finds all {checks} as on the hub")
finally:
    hub.stdin.close()
    hub.wait()
    scratch.cleanup()
