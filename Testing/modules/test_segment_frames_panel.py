"""The panel with a sequence: the choice of frames, one button, and a result that follows."""

from __future__ import annotations

import phantoms
import pytest
import sequences
from segment_fixtures import choose, run, table


@pytest.fixture
def heart(panel, module_host):
    _sequence, browser, volume = sequences.add_sequence()
    choose(panel, module_host, volume)
    return browser, volume


def test_only_a_sequence_has_the_row(panel, module_host, heart):
    row = panel.panel.frames
    assert row.combo.visible
    assert [row.combo.itemText(n) for n in range(2)] == ["This frame", "All 3 frames"]
    choose(panel, module_host, phantoms.add_volume())
    assert not row.combo.visible and not row.label.visible


def test_this_frame_is_the_default(panel, module_host, heart):
    browser, _volume = heart
    run(panel, module_host)
    node = panel.logic.result.segmentationNode
    assert browser.GetSequenceNode(node) is None


def test_all_frames_and_scrubbing(panel, module_host, heart, artifacts):
    from SemiGDALib.segment import views

    browser, _volume = heart
    combo = panel.panel.frames.combo
    combo.currentIndex = 1
    combo.activated.emit(1)
    assert panel.logic.getParameterNode().allFrames
    run(panel, module_host)
    node = panel.logic.result.segmentationNode
    assert browser.GetSequenceNode(node).GetNumberOfDataNodes() == 3
    assert "bright: " in panel.ui.phaseLabel.text and "in frame 3" in panel.ui.phaseLabel.text
    module_host.process()
    module_host.grab(panel, artifacts / "segment-frames.png")
    box = panel.ui.showReviewCheckBox
    assert box.enabled and not box.checked
    box.click()
    sizes = []
    for frame in range(3):
        sequences.show(browser, frame)
        module_host.process()
        assert box.enabled and box.checked and views.isReviewMapShown(node)
        sizes.append([row[2] for row in table(panel)])
        for place in (0, 1):
            of_frame = panel.logic.result.frames[frame][place]
            assert sizes[-1][place] in (f"{of_frame['ml']:.2f} ml", f"{of_frame['ml']:.3f} ml")
    assert len({one for one, _two in sizes}) > 1


def test_a_marked_spot_goes_with_its_frame(panel, module_host, heart):
    from SemiGDALib import provenance
    from SemiGDALib.segment import views

    browser, volume = heart
    choose(panel, module_host, volume, allFrames=True)
    run(panel, module_host)
    node = panel.logic.result.segmentationNode
    spot = {"ijk": [3.0, 4.0, 5.0], "size_voxels": 20, "score": 1.0}
    provenance.store(node, [], {"Model": "bright"}, {"segments": [], "spots": [spot]})
    views.markSpot(node, 0, "Doubtful spot 1")
    assert views._marker() is not None
    sequences.show(browser, 1)
    module_host.process()
    assert views._marker() is None


def test_a_reloaded_module_leaves_the_slider_to_its_new_widget(panel, module_host, heart):
    import slicer

    browser, volume = heart
    choose(panel, module_host, volume, allFrames=True)
    run(panel, module_host)
    followed = []
    panel.panel._result._follower._onFrame = lambda: followed.append(browser)
    sequences.show(browser, 1)
    module_host.process()
    assert followed
    slicer.util.reloadScriptedModule("SemiGDASegment")
    followed.clear()
    sequences.show(browser, 2)
    module_host.process()
    assert not followed
