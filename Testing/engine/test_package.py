"""Model packages: exact round trips, and every refusal, with real files."""

from __future__ import annotations

import json
import os
import pickle
import stat
import time
import zipfile
from dataclasses import replace

import pytest
import torch
from model_fixtures import tiny_card, tiny_network, tiny_package
from safetensors.torch import load_file, save_file

from semigda.models.package import (
    export_package,
    import_package,
    load_network,
    save_package,
    sha256_of,
)
from semigda_core.errors import SemiGDAError
from semigda_core.models.card import Label, ModelCard


@pytest.fixture
def package(tmp_path):
    return tiny_package(tmp_path)


def edit_card(folder, **changes):
    path = folder / "card.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}))


def edit_weights(folder, change):
    """Change the tensors and keep the card's hash right, so that the next check is reached."""
    path = folder / "weights.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)
    edit_card(folder, weights_sha256=sha256_of(path))


def refused(action) -> SemiGDAError:
    with pytest.raises(SemiGDAError) as caught:
        action()
    assert caught.value.error_class == "model-invalid"
    return caught.value


def test_a_network_survives_to_half_precision(tmp_path):
    network, image = tiny_network(), torch.rand(1, 3, 16, 16)
    card = save_package(tmp_path / "tiny", network, tiny_card())
    loaded, read = load_network(tmp_path / "tiny")
    assert read == card and len(card.weights_sha256) == 64
    assert not loaded.training and not any(p.requires_grad for p in loaded.parameters())
    halved = network.half().float()
    for name, tensor in loaded.state_dict().items():
        assert tensor.dtype == torch.float32 and torch.equal(tensor, halved.state_dict()[name])
    with torch.no_grad():
        for branch, rgb in loaded(image).items():
            assert torch.allclose(rgb, halved(image)[branch], atol=1e-5)
    assert load_file(tmp_path / "tiny/weights.safetensors").popitem()[1].dtype == torch.float16


def test_saving_over_a_model_replaces_it_whole(package):
    before = ModelCard.read(package).weights_sha256
    save_package(package, tiny_network(seed=1), tiny_card(), licence_text="CC0\n")
    assert load_network(package)[1].weights_sha256 != before
    names = sorted(p.name for p in package.iterdir())
    assert names == ["LICENSE.txt", "card.json", "weights.safetensors"]
    assert [p.name for p in package.parent.iterdir()] == ["tiny"]


def test_weights_that_float16_cannot_hold_are_not_saved(tmp_path, package):
    network = tiny_network()
    with torch.no_grad():
        network.mapper.get_parameter(next(n for n, _ in network.mapper.named_parameters())).fill_(
            1e6
        )
    assert "mapper." in refused(lambda: save_package(package, network, tiny_card())).detail
    load_network(package)  # the old one is untouched
    assert [p.name for p in tmp_path.iterdir()] == ["tiny"]


def test_a_changed_byte_is_noticed(package):
    path = package / "weights.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert "hash" in refused(lambda: load_network(package)).message


def test_a_card_without_hash_and_missing_weights_are_refused(package):
    edit_card(package, weights_sha256=None)
    assert "no hash" in refused(lambda: load_network(package)).message
    edit_card(package, weights_sha256="0" * 64)
    (package / "weights.safetensors").unlink()
    assert "missing" in refused(lambda: load_network(package)).message


@pytest.mark.parametrize("names", [["a"], ["a", "b", "c"], ["b", "a"]])
def test_a_card_with_other_classes_than_the_weights_is_refused(tmp_path, names):
    """Their number gives each class its colour, so results would be other ones in silence."""
    two = [Label(n, name, (n, 0, 0)) for n, name in enumerate("ab", 1)]
    save_package(tmp_path / "tiny", tiny_network(), replace(tiny_card(), labels=two))
    labels = [{"value": n, "name": name, "color": [n, 0, 0]} for n, name in enumerate(names, 1)]
    edit_card(tmp_path / "tiny", labels=labels)
    assert "other classes" in refused(lambda: load_network(tmp_path / "tiny")).message
    edit_card(
        tmp_path / "tiny", labels=[{**label, "name": f"{label['value']}"} for label in labels]
    )
    if len(names) == 2:  # another name, as in another language
        load_network(tmp_path / "tiny")
    edit_weights(tmp_path / "tiny", lambda tensors: None)  # as earlier versions wrote it
    load_network(tmp_path / "tiny")


def test_missing_extra_and_misshapen_tensors_are_named(package):
    def change(tensors):
        tensors.pop("autoencoder.quant_conv.bias")
        tensors["backdoor"] = torch.zeros(2)
        name = next(n for n in tensors if n.startswith("mapper"))
        tensors[name] = torch.zeros(1, 2, 3)

    edit_weights(package, change)
    message = refused(lambda: load_network(package)).message
    assert "missing: autoencoder.quant_conv.bias (1)" in message
    assert "unexpected: backdoor (1)" in message
    assert "(1, 2, 3) in place of" in message


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(package, value):
    edit_weights(package, lambda t: t["autoencoder.quant_conv.bias"].fill_(value))
    error = refused(lambda: load_network(package))
    assert "not finite" in error.message and "quant_conv" in error.detail


def test_a_wrong_number_type_is_refused(package):
    name = "autoencoder.quant_conv.bias"
    edit_weights(package, lambda t: t.update({name: t[name].to(torch.int32)}))
    assert "wrong type" in refused(lambda: load_network(package)).message


@pytest.mark.parametrize(
    "network, said",
    [
        ({"channels": [10**9, 10**9]}, "'network.channels[0]'"),
        ({"channels": [4096, 4096]}, "larger than any in use"),
        ({"encoder_blocks": 10**9}, "'network.encoder_blocks'"),
        ({"channels": "many"}, "'network.channels'"),
        ({"norm_groups": 0}, "'network.norm_groups'"),
        ({"norm_groups": 3}, "multiples of norm_groups"),
        ({"surprise": 1}, "'network' has the unknown field 'surprise'"),
        ({"channels": []}, "'network.channels'"),
        ({"latent_scale": float("1e308")}, "'network.latent_scale'"),
        ({"mapper_groups": 3}, "'network.mapper_channels'"),
    ],
)
def test_a_network_that_cannot_be_is_refused_without_being_built(package, network, said):
    edit_card(package, network={**ModelCard.read(package).network, **network})
    started = time.process_time()
    assert said in refused(lambda: load_network(package)).message
    assert time.process_time() - started < 1


class Bomb:
    def __reduce__(self):
        return os.mkdir, (os.path.join(os.environ["BOMB"], "went-off"),)


def test_a_pickle_in_place_of_weights_is_not_run(package, tmp_path, monkeypatch):
    monkeypatch.setenv("BOMB", str(tmp_path))
    path = package / "weights.safetensors"
    path.write_bytes(pickle.dumps(Bomb()))
    edit_card(package, weights_sha256=sha256_of(path))
    assert "damaged" in refused(lambda: load_network(package)).message
    torch.save({"model": Bomb()}, path)
    edit_card(package, weights_sha256=sha256_of(path))
    refused(lambda: load_network(package))
    assert not (tmp_path / "went-off").exists()


# Export and import


def test_export_and_import_round_trip(package, tmp_path):
    zip_path = export_package(package, tmp_path)
    assert zip_path == tmp_path / "tiny.zip"
    library = tmp_path / "library"
    installed = import_package(zip_path, library)
    assert installed == library / "tiny"
    assert load_network(installed)[1] == ModelCard.read(package)
    assert import_package(package, library) == installed  # the same again: nothing to do
    assert [p.name for p in library.iterdir()] == ["tiny"]


def test_another_model_of_the_same_name_needs_overwrite(package, tmp_path):
    library = tmp_path / "library"
    import_package(package, library)
    save_package(package, tiny_network(seed=1), tiny_card())
    with pytest.raises(SemiGDAError) as caught:
        import_package(package, library)
    assert caught.value.error_class == "bad-input"
    import_package(package, library, overwrite=True)
    assert ModelCard.read(library / "tiny") == ModelCard.read(package)


def make_zip(path, entries, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def link_entry(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def bad_archives(package):
    card = (package / "card.json").read_bytes()
    weights = (package / "weights.safetensors").read_bytes()
    good = [("tiny/card.json", card), ("tiny/weights.safetensors", weights)]
    return {
        "absolute": [("/tmp/card.json", card), good[1]],
        "drive": [("C:\\card.json", card), good[1]],
        "parent": [("tiny/../../card.json", card), good[1]],
        "backslash parent": [("tiny\\..\\..\\card.json", card), good[1]],
        "link": [good[1], (link_entry("tiny/card.json"), "/etc/passwd")],
        "extra file": [*good, ("tiny/install.py", "print()")],
        "hidden file": [*good, ("tiny/.profile", b"")],
        "deep": [("a/b/card.json", card), ("a/b/weights.safetensors", weights)],
        "two folders": [good[0], ("other/weights.safetensors", weights)],
        "twice": [*good, ("card.json", card)],
        "no weights": [good[0]],
        "empty": [],
    }


def test_what_macos_and_windows_leave_in_a_zip_or_folder_is_left_out(package, tmp_path):
    files = [(f"tiny/{path.name}", path.read_bytes()) for path in sorted(package.iterdir())]
    litter = [("__MACOSX/", b""), ("__MACOSX/tiny/._card.json", b"\0\5"), ("tiny/.DS_Store", b"x")]
    litter += [("tiny/Thumbs.db", b"x"), ("__MACOSX/._tiny", b"x")]
    path = make_zip(tmp_path / "mac.zip", [*litter, *files])
    installed = import_package(path, tmp_path / "library")
    assert sorted(p.name for p in installed.iterdir()) == ["card.json", "weights.safetensors"]
    (package / ".DS_Store").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    assert import_package(package, tmp_path / "empty") == tmp_path / "empty/tiny"
    assert not (tmp_path / "empty/tiny/.DS_Store").exists()


@pytest.mark.parametrize("date", [0, 5_000_000_000])  # 1970 and 2128: no zip can hold them
def test_files_of_any_date_are_exported(package, tmp_path, date):
    first = export_package(package, tmp_path / "first.zip").read_bytes()
    for path in package.iterdir():
        os.utime(path, (date, date))
    assert export_package(package, tmp_path / "second.zip").read_bytes() == first
    assert import_package(tmp_path / "second.zip", tmp_path / "library").is_dir()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_bad_archives_are_refused_and_leave_nothing(package, tmp_path):
    for reason, entries in bad_archives(package).items():
        library = tmp_path / "library"
        path = make_zip(tmp_path / "bad.zip", entries)
        message = refused(lambda p=path, lib=library: import_package(p, lib)).message
        assert "refused" in message, reason
        assert list(library.iterdir()) == [], reason


def test_zip_bombs_are_refused_by_their_declared_sizes(package, tmp_path):
    card = (package / "card.json").read_bytes()
    squeezed = make_zip(
        tmp_path / "bomb.zip",
        [("tiny/card.json", card), ("tiny/weights.safetensors", bytes(20_000_000))],
        zipfile.ZIP_DEFLATED,
    )
    assert "larger than" in refused(lambda: import_package(squeezed, tmp_path / "l")).message
    long_card = make_zip(
        tmp_path / "card.zip",
        [("tiny/card.json", card + b" " * 1_000_001), ("tiny/weights.safetensors", b"")],
    )
    assert "larger than" in refused(lambda: import_package(long_card, tmp_path / "l")).message


def test_a_damaged_zip_and_no_zip_are_refused(package, tmp_path):
    path = export_package(package, tmp_path / "m.zip")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF  # within the stored weights: the CRC no longer fits
    path.write_bytes(data)
    refused(lambda: import_package(path, tmp_path / "library"))
    path.write_bytes(b"not a zip")
    refused(lambda: import_package(path, tmp_path / "library"))
    assert list((tmp_path / "library").iterdir()) == []
    with pytest.raises(SemiGDAError, match="no such model package"):
        import_package(tmp_path / "nowhere.zip", tmp_path / "library")


def test_a_zip_with_a_wrong_directory_is_refused(package, tmp_path):
    """zipfile seeks to wherever the directory says, and takes names as they come."""
    far, nameless = tmp_path / "far.zip", tmp_path / "nameless.zip"
    data = export_package(package, tmp_path / "good.zip").read_bytes()
    end = data.rindex(b"PK\5\6") + 16  # where the directory begins
    far.write_bytes(data[:end] + (1 << 31).to_bytes(4, "little") + data[end + 4 :])
    nameless.write_bytes(data)
    with zipfile.ZipFile(nameless, "a") as archive:
        archive.writestr("x", b"")
        archive.filelist[-1].filename = ""
    for path in (far, nameless):
        refused(lambda path=path: import_package(path, tmp_path / "library"))


def test_a_zip_whose_tensors_do_not_fit_is_not_installed(package, tmp_path):
    edit_weights(package, lambda t: t.pop("autoencoder.quant_conv.bias"))
    make_zip(tmp_path / "m.zip", [(f"tiny/{p.name}", p.read_bytes()) for p in package.iterdir()])
    message = refused(lambda: import_package(tmp_path / "m.zip", tmp_path / "library")).message
    assert "quant_conv.bias" in message
    refused(lambda: export_package(package, tmp_path / "out.zip"))
    assert not (tmp_path / "out.zip").exists()


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_a_folder_with_links_or_more_files_is_refused(package, tmp_path):
    (package / "setup.py").write_text("raise SystemExit")
    refused(lambda: import_package(package, tmp_path / "library"))
    (package / "setup.py").unlink()
    (package / "card.json").rename(tmp_path / "card.json")
    (package / "card.json").symlink_to(tmp_path / "card.json")
    refused(lambda: import_package(package, tmp_path / "library"))
