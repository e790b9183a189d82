"""The row below the input: this frame, or all frames of the sequence."""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from SemiGDALib.segment import sizes
from SemiGDALib.segment.frames.scene import framesOf


class FramesRow:
    """A label and a choice, seen only while the input shows a frame of a sequence.

    Args:
        form: the layout of the inputs; the row goes below its first.
        onChosen: called with True for all frames.
    """

    def __init__(self, form, onChosen):
        self.label = qt.QLabel(_("Frames:"))
        self.combo = qt.QComboBox()
        self.combo.toolTip = _(
            "The input is a sequence. All frames become a sequence of segmentations, which follows "
            "the same slider."
        )
        self.label.setBuddy(self.combo)
        form.insertRow(1, self.label, self.combo)
        self.combo.connect("activated(int)", lambda index: onChosen(index == 1))
        self.frames = None
        self.show(None, False)

    def show(self, volumeNode, allFrames: bool) -> None:
        """Of the chosen input, and what is chosen for sequences."""
        self.frames = framesOf(volumeNode)
        self.label.visible = self.combo.visible = self.frames is not None
        self.combo.clear()
        if self.frames is None:
            return
        self.combo.addItem(_("This frame"))
        self.combo.addItem(_("All {count} frames").format(count=self.frames.count))
        self.combo.currentIndex = int(allFrames)


def extremes(frames: list[list[dict]]) -> str:
    """The largest and the smallest size of each class over all frames, as sentences.

    Of a ventricle these are the end of diastole and of systole.
    """
    sentences = []
    for place, segment in enumerate(frames[0] if frames else []):
        of = [sizes.number(rows[place]) for rows in frames]
        most, least = of.index(max(of)), of.index(min(of))
        if of[most] > 0:
            sentences.append(
                _("{name}: {most} in frame {first}, {least} in frame {second}.").format(
                    name=segment["name"],
                    most=sizes.text(frames[most][place]),
                    first=most + 1,
                    least=sizes.text(frames[least][place]),
                    second=least + 1,
                )
            )
    return " ".join(sentences)
