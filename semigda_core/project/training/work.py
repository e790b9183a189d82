"""The cost of a training's steps, in steps of supervised stage 2, measured on a CPU.

For estimates of time only.
"""

from __future__ import annotations

PRETRAIN_WORK, ALIGN_WORK, SEMI_WORK = 0.5, 0.4, 1.2
UNET_WORK = 1.2  # of a whole training: that of the U-Net beside it
