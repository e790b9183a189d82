"""The host is as strict as it promises, and its widgets follow the real scene."""

from __future__ import annotations

import sys

import pytest

UI = """<ui version="4.0"><class>Panel</class>
<widget class="qMRMLWidget" name="Panel"><layout class="QVBoxLayout" name="rows">
 <item><widget class="qMRMLNodeComboBox" name="inputSelector">
  <property name="nodeTypes"><stringlist><string>vtkMRMLScalarVolumeNode</string></stringlist>
  </property>
  <property name="noneEnabled"><bool>true</bool></property>
  <property name="SlicerParameterName" stdset="0"><string>inputVolume</string></property>
 </widget></item>
 <item><widget class="QCheckBox" name="reviewCheckBox">
  <property name="SlicerParameterName" stdset="0"><string>review</string></property>
 </widget></item>
 <item><widget class="ctkSliderWidget" name="slider">
  <property name="SlicerParameterName" stdset="0"><string>threshold</string></property>
 </widget></item>
 <item><widget class="QPushButton" name="button"/></item>
</layout></widget>
<connections><connection><sender>Panel</sender><signal>mrmlSceneChanged(vtkMRMLScene*)</signal>
<receiver>inputSelector</receiver><slot>setMRMLScene(vtkMRMLScene*)</slot></connection></connections>
</ui>"""

MODULE = """
import enum
from typing import Annotated
import slicer
from slicer.parameterNodeWrapper import parameterNodeWrapper, WithinRange
from slicer.ScriptedLoadableModule import *

class Device(enum.Enum):
    AUTO = 1
    CPU = 2

@parameterNodeWrapper
class SmallParameterNode:
    inputVolume: slicer.vtkMRMLScalarVolumeNode
    threshold: Annotated[float, WithinRange(0, 1)] = 0.5
    review: bool = True
    device: Device
    names: list[str]

class Small(ScriptedLoadableModule):
    pass

class SmallWidget(ScriptedLoadableModuleWidget):
    def setup(self):
        self.ui = slicer.util.childWidgetVariables(slicer.util.loadUI(self.resourcePath("S.ui")))
        self.presses = []
        self.ui.button.connect("clicked(bool)", lambda: self.presses.append(1))
        self.calls = ["setup"]
    def enter(self): self.calls.append("enter")
    def exit(self): self.calls.append("exit")
    def cleanup(self): self.calls.append("cleanup")
    def typo(self): self.ui.button.connect("cliked()", print)
    def fail(self): self.ui.button.connect("clicked()", lambda: 1 / 0)

class SmallLogic(ScriptedLoadableModuleLogic):
    pass
"""


@pytest.fixture
def small(host, tmp_path):
    (tmp_path / "Resources").mkdir()
    (tmp_path / "Resources" / "S.ui").write_text(UI)
    (tmp_path / "Small.py").write_text(MODULE)
    host.add_module_folder(tmp_path)
    yield host.open("Small")
    import slicer

    host.quit()
    del slicer.modules.small
    sys.modules.pop("Small")


def test_life_of_a_module(host, small):
    small.ui.button.click()
    host.close()
    host.open("Small")
    assert small.calls == ["setup", "enter", "exit", "enter"]
    assert small.presses == [1]


def test_strictness(host, small):
    with pytest.raises(AttributeError):
        small.ui.button.txt = "a typing error"
    with pytest.raises(AttributeError):
        small.ui.inputSelector.noneEnable = True
    with pytest.raises(AttributeError):
        small.typo()
    with pytest.raises(RuntimeError):
        import slicer

        slicer.util.pip_install("anything")


def test_errors_that_slicer_would_only_show(host, small, capsys):
    from Testing.host.session import HostError

    small.fail()
    small.ui.button.click()
    with pytest.raises(HostError, match="ZeroDivisionError"):
        host.check()

    import slicer

    slicer.util.errorDisplay("the reason")
    with pytest.raises(HostError, match="the reason"):
        host.check()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('class="QCheckBox"', 'class="qMRMLUnknownWidget"'),
        ('name="noneEnabled"', 'name="nonEnabled"'),
        ("setMRMLScene(vtkMRMLScene*)</slot>", "setScene(vtkMRMLScene*)</slot>"),
        ("<receiver>inputSelector", "<receiver>selector"),
    ],
)
def test_ui_files_are_checked(host, tmp_path, right, wrong):
    import slicer

    path = tmp_path / "wrong.ui"
    path.write_text(UI.replace(right, wrong))
    with pytest.raises(RuntimeError):
        slicer.util.loadUI(str(path))


def test_parameter_node_and_widgets(host, small, tmp_path):
    import slicer

    module = sys.modules["Small"]
    node = module.SmallParameterNode(module.SmallLogic().getParameterNode())
    tag = node.connectGui(small.ui)
    small.ui.inputSelector.setMRMLScene(slicer.mrmlScene)
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Brain")
    small.ui.inputSelector.setCurrentNode(volume)
    assert node.inputVolume is volume
    small.ui.slider.value = 0.25
    node.review = False
    node.device = module.Device.CPU
    node.names.append("one")
    assert (node.threshold, small.ui.reviewCheckBox.checked) == (0.25, False)
    assert node.parameterNode.GetParameter("device") == "CPU"
    assert node.parameterNode.GetParameter("names.0") == "one"
    with pytest.raises(ValueError, match="not within"):
        node.threshold = 2.0
    node.disconnectGui(tag)

    scene = str(tmp_path / "scene.mrb")
    assert slicer.util.saveScene(scene, {})
    slicer.mrmlScene.Clear(0)
    slicer.util.loadScene(scene, {})
    restored = module.SmallParameterNode(module.SmallLogic().getParameterNode())
    assert restored.inputVolume.GetName() == "Brain"
    assert (restored.threshold, restored.review, restored.names) == (0.25, False, ["one"])


def test_node_selector_follows_the_scene(host):
    import slicer

    selector = slicer.qMRMLNodeComboBox()
    selector.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    selector.showChildNodeTypes = False
    seen = []
    selector.currentNodeChanged.connect(lambda node: seen.append(node and node.GetName()))
    selector.setMRMLScene(slicer.mrmlScene)
    first = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "First")
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Labels")
    assert selector.currentNode() is first and selector.nodeCount() == 1
    added = selector.addNode()
    assert selector.currentNodeID == added.GetID()
    slicer.mrmlScene.RemoveNode(added)
    slicer.mrmlScene.Clear(0)
    assert seen == ["First", added.GetName(), "First", None]


def test_node_selector_goes_to_another_node_when_its_own_is_deleted(host):
    import slicer

    selector = slicer.qMRMLNodeComboBox()
    selector.nodeTypes, selector.noneEnabled = ["vtkMRMLMarkupsROINode"], True
    selector.setMRMLScene(slicer.mrmlScene)
    nodes = [slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode") for _ in range(3)]
    selector.setCurrentNode(nodes[1])
    for gone, chosen in ((1, nodes[2]), (2, nodes[0]), (0, None)):
        slicer.mrmlScene.RemoveNode(nodes[gone])
        assert selector.currentNode() is chosen


def test_subject_hierarchy_items(host):
    import slicer

    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Brain")
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    assert hierarchy.GetItemByDataNode(volume)
    slicer.mrmlScene.RemoveNode(volume)
    items = slicer.util.getSubjectHierarchyItemChildren()
    assert "Brain" not in [hierarchy.GetItemName(item) for item in items]
    hidden = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Hidden later")
    hidden.SetHideFromEditors(True)
    slicer.mrmlScene.RemoveNode(hidden)
    assert not hierarchy.GetItemByDataNode(hidden)


def test_packages_are_checked_but_not_installed(host):
    import qt
    import slicer

    assert slicer.packaging.pip_check(["numpy>=1.26", "nothing; sys_platform == 'none'"])
    assert not slicer.packaging.pip_check("numpy<1")
    assert slicer.packaging.pip_ensure("no-such-package") is None  # testing mode: skipped
    host.answer(qt.QMessageBox.Cancel, qt.QMessageBox.Ok)
    with pytest.raises(RuntimeError, match="not allowed"):
        slicer.packaging.pip_ensure("no-such-package")
    with pytest.raises(RuntimeError, match="installs nothing"):
        slicer.packaging.pip_ensure("no-such-package")
    assert host.messages() == ["Install no-such-package?"] * 2
