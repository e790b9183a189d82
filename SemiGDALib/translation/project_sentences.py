"""Written by Testing/packaging/list_sentences.py: sentences for translators."""


def sentences(_):
    """All of them, as ``_`` translates them."""
    return (
        _("A case is not among those that wait for a decision (any more)."),
        _("A case list of the training"),
        _("A case's use is one of {value}."),
        _(
            "A class lies all around the edge of the image, where the background usually is: the "
            "label may be black on white."
        ),
        _("A class needs a name and a colour."),
        _("A file is a case's label already, and cannot be another program's result."),
        _("A file of the results does not exist."),
        _("A held-out case has a label that a model made: scores would be too good."),
        _("A held-out case has no label: there is nothing to compare with."),
        _("A held-out case is labelled on {slices} of {of} slices, and scored on these."),
        _("A held-out image is in the project twice: no training sees the copy either."),
        _("A held-out image is in the training a second time: scores would be too good."),
        _("A label's origin is one of {value}."),
        _("A labelled case was not checked yet, or its label cannot be used."),
        _("A segment was mapped to a class that does not exist."),
        _("Add images of the same kind without labels: training learns from them too."),
        _("Add images without labels to the project."),
        _(
            "Add its results for labelled cases of at least two patients: the training then "
            "measures it."
        ),
        _("Add the result that belongs to this image, or use none."),
        _("Add what the program itself made."),
        _("An image is both labelled and unlabelled."),
        _("An image is in the project {count} times."),
        _("Another program found nothing here: the training learns that nothing is there."),
        _("Another program's result is the case's label, voxel by voxel: it is probably a copy."),
        _("Another program's result lies on another grid than the image, but in the same place."),
        _("Another program's result lies outside its image."),
        _(
            "Another version of project.json in the project's folder holds changes that the "
            "project lacks: two computers changed it at once."
        ),
        _("Bring it to the image's grid."),
        _(
            "Bring it to the image's grid. Where its structures overlap, the class that is "
            "further down the list now will count."
        ),
        _("Bring the label to the image's grid (a copy in the project)"),
        _("Bring the result to the image's grid (a copy in the project)"),
        _("By its name, a label is that of another image."),
        _("By their names, the labels of {count} images are those of others."),
        _(
            "By their names, {count} images may be of one patient: if one is held out while "
            "another trains, scores are too good."
        ),
        _(
            "By their names, {count} images may be of {count2} patients: if one is held out while"
            " another trains, scores are too good."
        ),
        _(
            "Cameras say that these pictures are to be shown turned, and here they are read as "
            "they are stored: a label drawn in another program may lie beside what it shows."
        ),
        _("Change the held-out set first, on purpose and with a reason."),
        _("Changing the held-out cases needs a reason."),
        _("Check that all are the same kind of image in the same units."),
        _("Check that it is the same kind of image in the same units; if not, leave it out."),
        _(
            "Check that it is true and the same kind of image; if not, correct it or leave the "
            "case out."
        ),
        _("Check that they are the same kind of image; a model for each kind may do better."),
        _("Check the rest of the image, add what is missing, and send the label as whole."),
        _("Check them in Segment Editor; where they overlap, the later one counts."),
        _("Choose a folder of results."),
        _("Choose a project's folder, or make a new project."),
        _("Choose another label, or none; keep it only if the image truly shows nothing."),
        _("Choose another name, or give those segments to this class first."),
        _("Choose another."),
        _("Choose labelled cases."),
        _("Choose one of the project's classes."),
        _("Choose other names."),
        _("Choose others."),
        _("Choose the held-out cases again, with this as the reason."),
        _(
            "Choose the label that belongs to this image; one saved without its position must be "
            "put in place first."
        ),
        _("Choose them before the first training: scores need cases it never sees."),
        _("Choose them first."),
        _("Close other windows that show this project, then try again."),
        _(
            "Compare them with the images that they were made from. If they are wrong, save "
            "these, with their labels, in a format that says it."
        ),
        _("Connect its drive, or open the project where it is now."),
        _("Connect their disk, ask for access to them, or say where they are now (relocate)."),
        _("Connect their disk, or say where their files are now (relocate)."),
        _("Count it as a model's, or give it again as a corrected one."),
        _("Count the label as made by a model"),
        _("Edit the label: when you save it, smaller ones can be put on top."),
        _(
            "Fewer than {fewest_for_split} patients are labelled, so each is held out in turn: "
            "{folds} trainings are scored, each on patients it has not seen, and one more on all "
            "labelled cases makes the model."
        ),
        _("Files of {count} cases are"),
        _("Find out which one is right, and take the other out of the project."),
        _(
            "Folders of another program lack structures that others have: {told}. Training leaves"
            " these results out."
        ),
        _("Give it its label again, or choose the held-out cases again, with this as the reason."),
        _("Grey values come in several scales: {count} images are far from the usual one."),
        _("Grey values lie from {low} to {high}; usual are {low2} to {value}."),
        _("Held-out cases need a label that a person made or corrected."),
        _(
            "Here '{small}' is larger than '{large}', and in the other labels much smaller: they "
            "may be swapped."
        ),
        _("Hold out fewer cases."),
        _(
            "If it is, save the labels in RGB colours, without a palette, and say which class "
            "each colour is; if not, nothing has to be done."
        ),
        _(
            "If one got the label of another, give it its own; if they are of one patient, say "
            "so, or one may be held out while another trains."
        ),
        _("If only the drawn ones are finished, mark them: the others then count as unlabelled."),
        _("If so, say which are of the same patient; otherwise nothing has to be done."),
        _(
            "If that is right, choose the same held-out cases again with this reason: older "
            "scores do not compare."
        ),
        _("If that is wrong, change their order in Slicer, or leave one of them out."),
        _("Image {number} of those to add does not exist."),
        _("Images are of several modalities: {modalities}."),
        _("It also learns from a result of {name} for 1 case, if it is better than the model."),
        _(
            "It also learns from results of {name} for {count} cases, as long as they are better "
            "than the model."
        ),
        _("Keep images of one kind in the project."),
        _("Keep it only if that is right."),
        _("Keep one of them in the project, or check that all show the same in the same way."),
        _("Keep one of them."),
        _("Keep them; or change them on purpose, with a reason."),
        _("Label at least two cases of different patients, better eight."),
        _("Label at least two patients, better eight."),
        _("Label at least {few_labelled}, better eight."),
        _("Label held-out cases as a whole if you can: only that shows what is found too much."),
        _("Label it first."),
        _("Label it in more cases; {least} are a fair start."),
        _("Label it in some cases, map a segment to it, or take it off the class list."),
        _("Label: {message}"),
        _("Let the new label take its place, or leave it."),
        _("Look at the label; if it is, invert it, so that the background is 0."),
        _("Look at the label; if they are swapped, correct it."),
        _("Look at the list again."),
        _("Look at the list of cases again."),
        _("Look at the list of cases."),
        _(
            "Look at them in Slicer with their labels; if they do not fit, save the pictures "
            "upright in that program."
        ),
        _("Look at them; if they are, give each image its own. If not, nothing has to be done."),
        _("Make these changes again where they are missing, then move that file elsewhere."),
        _("Mark the slices that are finished."),
        _("Mark what is finished."),
        _("Name what is to be segmented."),
        _("No held-out cases are chosen yet."),
        _("No labelled case for training holds the class '{name}'."),
        _("No labelled patient would be left for training."),
        _("No slice of the label is finished, so nothing of it counts."),
        _("No unlabelled case is in the project."),
        _("Nobody knows how good the results of {name} are, so they teach nothing."),
        _("None of the held-out cases is where it was, so nothing could be scored."),
        _("Nothing has to be done; check that they look alike in brightness."),
        _("Only {count} cases are labelled."),
        _("Only {value} % of the label lie within its image."),
        _("Open it, or choose another folder."),
        _("Others cover most of a segment of the label, which hardly counts: {hidden}."),
        _("Put a class that lies inside another one below it, as a tumour below its organ."),
        _("Put project.json back from a backup, or make a new project."),
        _("Rename or remove them, or add them to the classes of the project."),
        _("Result of another program: {message}"),
        _("Results of another program are not where they were. Training leaves them out."),
        _("Results of another program hold segments without a class: {told}. They are left out."),
        _(
            "Results of {name} teach nothing yet: to measure it, labelled cases of at least two "
            "patients need one, too."
        ),
        _("Run the check, and do what it says."),
        _("Run the program on these images again, or use them without its results."),
        _("Save it in Slicer as one .seg.nrrd file."),
        _("Save the images, and their labels, in mm."),
        _("Save the label as one file, such as .seg.nrrd or .nii.gz."),
        _("Say which class each is, or leave it out on purpose."),
        _("Say which class each is, or leave it out."),
        _("Scores need held-out cases, and fewer than two patients have a label of yours."),
        _("Segments of another program's result overlap: there, the file's later one counts."),
        _("Segments of that name belong to another class."),
        _("Segments of the label overlap in {overlap} voxel."),
        _("Segments of the label overlap in {overlap} voxels."),
        _("Some pictures have 16 bits a value, others 8. All are read as 8 bits."),
        _("Start a new training in its place."),
        _("Structures of another program overlap: there, the class further down the list counts."),
        _("Take that label away first, if it is to be replaced."),
        _("Take the case out of the project"),
        _("Take the copies out of the project"),
        _("Take the few of another kind out of the project"),
        _("Take the label away first, if a program made it."),
        _("The case has a label already."),
        _("The case has no label."),
        _("The case is held out: scores depend on it."),
        _("The change"),
        _("The class '{name}' is in only {told} for training."),
        _("The classes need different names, and there may be {max_classes} of them."),
        _("The files of a case are"),
        _("The folder already holds a training project."),
        _("The folder does not exist."),
        _("The folder holds no training project that can be read."),
        _("The held-out cases are chosen already."),
        _("The held-out cases are not chosen yet."),
        _("The label file does not exist."),
        _("The label has no named segments."),
        _("The label holds segments without a class: {told}."),
        _("The label holds values or colours without a class: {told}."),
        _("The label is drawn on single slices with empty ones between, which count as empty."),
        _("The label is empty: it holds no voxel of any class."),
        _("The label lies on another grid than its image, but in the same place."),
        _("The label lies outside its image."),
        _("The label of a held-out case is not the one that was locked."),
        _("The label was made by a model, but counts as a person's."),
        _("The label's header and its voxels lie in two files."),
        _("The labels hold segments without a class: {names}."),
        _("The model's classes are not those of the project."),
        _("The number of cases to review must be at least 1."),
        _(
            "The palette of a label picture shows a value in another colour than the others do: "
            "it may be another class there."
        ),
        _("The pattern for patients is no regular expression."),
        _("The project has no classes yet."),
        _("The project has no model yet."),
        _("The project has no such case (any more)."),
        _("The project has no such class."),
        _("The project has this image already, with a label."),
        _("The project is being changed by another program."),
        _("The project was changed by another program in this moment."),
        _("The project was made by another version of SemiGDA."),
        _("The project's file"),
        _("The project's folder cannot be found."),
        _("The training would write outside its project."),
        _("The voxel size is {told} mm, far from the usual {usual} mm."),
        _("The voxels of the label lie in another file, which is missing or in another folder."),
        _("There are no images."),
        _("There are no label files."),
        _("There are {count} folds, counted from 0."),
        _("There is no repair to undo."),
        _("There is no unlabelled case to rank."),
        _("These segments are no classes of the project: {unknown}."),
        _("This cannot be repaired automatically."),
        _("This label was made in a region, and says nothing of the image outside."),
        _("Train a model with the present classes, or choose another one."),
        _("Train one first, or choose a model."),
        _("Try again."),
        _("Two images are the same with left and right swapped."),
        _("Update SemiGDA and open the project again."),
        _("Use the case without this result"),
        _("Use the image without its label"),
        _("Use these cases without the result"),
        _("Volumes and pictures, or colour and grey images, cannot be learned together."),
        _("Voxel sizes differ widely: {count} images are far from the usual {usual} mm."),
        _("What is drawn on one slice does not count: it is not marked as finished."),
        _("What is drawn on {count} slices does not count: they are not marked as finished."),
        _("Write one."),
        _("{cases} cases are"),
        _("{count} held-out cases are labelled on some slices only, and scored on these."),
        _("{count} images have the same label, voxel by voxel."),
        _("{count} labelled case is held out: it scores trainings that have not seen it."),
        _("{count} labelled cases are held out: they score trainings that have not seen them."),
        _(
            "{count} other versions of project.json in the project's folder hold changes that the"
            " project lacks: several computers changed it at once."
        ),
        _("{files} not where they were. Training and scores leave out what is missing."),
        _("{kind} job made"),
        _("{slices} of {of} slices"),
        _("{told} left out: the files are not there."),
        _("{value} case is labelled."),
        _("{value} cases are labelled."),
        _("{what} is too large."),
    )
