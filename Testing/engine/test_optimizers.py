"""The optimisers are PyTorch's, to the last bit, and start without its compiler."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from job_fixtures import ROOT

from semigda.training import optimizers
from semigda.training.optimizers import adamw, sgd

FUSED = torch.__version__ >= "2.4" or None  # on a CPU; the version compares by its numbers
PLAIN = {
    adamw: lambda groups: torch.optim.AdamW(groups, 1e-2, weight_decay=0.1, fused=FUSED),
    sgd: lambda groups: torch.optim.SGD(groups, 1e-2, 0.9, weight_decay=0.1, nesterov=True),
}


@pytest.mark.parametrize("make", [adamw, sgd])
def test_steps_and_states_are_those_of_pytorch(make):
    results = []
    for ours in (True, False):
        torch.manual_seed(0)
        weights = [torch.randn(4, 3, requires_grad=True), torch.randn(5, requires_grad=True)]
        groups = [{"params": weights[:1]}, {"params": weights[1:], "share": 0.1}]
        optimizer = make(groups, 1e-2, 0.1) if ours else PLAIN[make](groups)
        for _ in range(3):
            optimizer.zero_grad()
            sum((one**2).sum() for one in weights).backward()
            optimizer.step()
            optimizer.load_state_dict(optimizer.state_dict())
        results.append((weights, optimizer.state_dict()))
    (ours, our_state), (theirs, their_state) = results
    assert all(map(torch.equal, ours, theirs))
    assert our_state["param_groups"] == their_state["param_groups"]
    torch.testing.assert_close(our_state["state"], their_state["state"], rtol=0, atol=0)


def test_where_pytorch_has_no_fused_step_another_is_taken(monkeypatch):
    class Older(optimizers.AdamW):
        """Refuses as PyTorch 2.2 does on a CPU: once it has prepared the groups."""

        def __init__(self, groups, fused=None, **others):
            super().__init__(groups, fused=fused, **others)
            if fused:
                raise RuntimeError(
                    "`fused=True` requires all the params to be on supported devices"
                )

    monkeypatch.setattr(optimizers, "AdamW", Older)
    group = {"params": [torch.ones(2, requires_grad=True)], "share": 0.1}
    (made,) = adamw([group], 1e-2, 0.1).param_groups
    assert not made["fused"] and made["share"] == 0.1 and made["lr"] == 1e-2


def test_no_compiler_is_imported():
    """In a process of its own: other tests may have imported it here."""
    code = """if True:
        import sys, torch
        from semigda.training.optimizers import adamw, sgd
        for make in (adamw, sgd):
            weight = torch.ones(2, requires_grad=True)
            optimizer = make([weight], 1e-2, 0.0)
            optimizer.zero_grad()
            weight.sum().backward()
            optimizer.step()
            optimizer.load_state_dict(optimizer.state_dict())
        sys.exit("torch._dynamo" in sys.modules)"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
