"""Written by Testing/packaging/list_sentences.py: sentences for translators."""


def sentences(_):
    """All of them, as ``_`` translates them."""
    return (
        _("A file changed while it was read."),
        _("A file has the name of this case's result, and SemiGDA did not make it."),
        _("A file of the model is larger than a model can be."),
        _("A label map holds the value {most}, but the model has {num_classes} class."),
        _("A label map holds the value {most}, but the model has {num_classes} classes."),
        _("A stage-1 checkpoint holds no autoencoder."),
        _("A training is using the graphics card."),
        _("Another model named '{name}' is installed already."),
        _("Another process runs this job already."),
        _("Another run is writing into the folder for the results."),
        _("Apple graphics processor (MPS)"),
        _("Ask whoever keeps the catalogue for an address that begins with https."),
        _("Ask whoever keeps the catalogue."),
        _("Ask your IT department whether a proxy needs a certificate of its own."),
        _("Ask your IT department, or whoever keeps the catalogue."),
        _("Batches of {value} cannot be shared by {world} processes."),
        _("Check that it is there and that you may read it."),
        _("Check the cases, then rank again."),
        _("Check the network and the proxy, then try again."),
        _("Checking the model."),
        _("Choose a released SemiGDA checkpoint or a Stable Diffusion KL-f8 autoencoder."),
        _("Choose another file."),
        _("Choose another folder for these images, or replace them."),
        _("Choose another folder for this model, or replace them."),
        _("Choose another folder, or delete the old checkpoint."),
        _("Choose another folder, or untick Skip done to replace it."),
        _("Choose another precision or device."),
        _("Choose another."),
        _("Choose batch sizes that can be divided by the number of processes."),
        _("Choose the CPU, or an external Python with an older PyTorch."),
        _("Choose the checkpoint of stage 2."),
        _("Close other programs, or choose a smaller image size."),
        _("Comparing files: case {value} of {count}"),
        _("Downloading."),
        _("Drawing the first cases."),
        _(
            "Edit the label. When you save it, it lies on that grid, and smaller segments can be "
            "put on top."
        ),
        _("Few labelled slices hold it ({count}, cases: {count2}): label more of it."),
        _("First look: a small model learns from the labelled cases for a minute."),
        _("Free some disk space, or choose another folder."),
        _("Give each case a name of its own in a case list."),
        _("Give it another name."),
        _("Give them the same class, leave one of them out, or use the case without this result."),
        _("How certain the model was"),
        _("Imported from a released SemiGDA stage-2 checkpoint."),
        _("Install PyTorch again for this card, or go on with the CPU."),
        _("Install PyTorch again to get a newer one, or choose an external Python that has it."),
        _("It cannot be read as tensors."),
        _("It has no '{part}' part, so it is no SemiGDA stage-1 checkpoint."),
        _("It has {value}."),
        _("It holds no named tensors."),
        _("It is not found anywhere on its own labelled cases: look at its labels."),
        _(
            "It is tiny on the working grid (pixels in a slice: about {typical}): choose a larger"
            " image size or a smaller spacing."
        ),
        _(
            "It learned from all labelled cases. The scores are those of the same training "
            "without the held-out ones."
        ),
        _("It looks much like a case higher up in this list."),
        _("It looks unlike all labelled cases."),
        _(
            "Its labels are {value} times smaller in the labelled cases than in the held-out "
            "ones: look for labels that were not finished."
        ),
        _("Learning to draw"),
        _("Learning to segment"),
        _("Let the new one take its place."),
        _("Licence of the general image features that this model started from"),
        _("Licence of the model that this one started from"),
        _("Licence of this model and of the data that it has learned from"),
        _("Loading the model and the image."),
        _("Loading the model."),
        _("Looking at case {value} of {count}."),
        _("Looking at training image {number} of {count}."),
        _("Make it first, or choose another."),
        _("Mark the slices whose labels are finished."),
        _("Matching images and labels"),
        _("Measuring all held-out cases."),
        _("Measuring the segments"),
        _("Move it away, or choose another folder."),
        _("NVIDIA graphics card (CUDA)"),
        _("Name every class of the labels in the model's settings."),
        _("No first look: the training does not start from general image features."),
        _("No first look: there is too little free memory for it."),
        _("No labelled case holds it: check which segment names belong to this class."),
        _("No slice of a labelled case is finished."),
        _("No {value} can be used by PyTorch on this computer."),
        _("None of the list's training images could be read."),
        _("None of the unlabelled cases could be read."),
        _("Not stated by the file; ask its authors."),
        _("Nothing in the data explains it: compare the previews with the labels, slice by slice."),
        _("Number {same} of the cases with the role {role}: {message}"),
        _(
            "Out of {memory}: each step now computes in {parts} parts. The batch stays as large; "
            "its Dice loss is taken over each part."
        ),
        _(
            "Parts less than a fifth as large as the largest part of their class were left out. "
            "To see them, choose to keep all parts."
        ),
        _("Prepared slices were deleted while they were needed."),
        _("Preparing the images: {done} of {count}."),
        _("PyTorch (CUDA {cuda}) cannot use the graphics card {name} with the driver {driver}."),
        _("PyTorch {version} cannot train in bfloat16 on this device: {value}."),
        _("Reading the images for a U-Net to compare with."),
        _("Reading the images."),
        _("Rehearsal: aligning latents."),
        _("Rehearsal: learning to draw."),
        _("Rehearsal: learning to segment."),
        _("Rehearsal: measuring a held-out case."),
        _("Rehearsal: reading the images."),
        _("Rehearsal: writing a checkpoint."),
        _("Rehearse after its end, or choose the CPU."),
        _(
            "Rehearse again: the plan then suits this computer. Or resume the training when the "
            "card can be used."
        ),
        _("Released SemiGDA model"),
        _("Rename the image, or give the case another name in a case list."),
        _("Resume or start again: they are made anew."),
        _("Saving what was learned so far."),
        _("Segment it again when the image is complete."),
        _("Segmenting image {value} of {count}"),
        _("Segmenting slice {value} of {count}"),
        _("Segments of a label overlap: there, the later one counts."),
        _("Segments of the label overlap: on the image's grid only the later one would be left."),
        _("Segments of the result overlap: on the image's grid only the later one would be left."),
        _("Segments of {count} labels overlap: there, the later one counts."),
        _("SemiGDA, Huang, Zhou, Zhang, Li and Zhou, arXiv 2604.23274"),
        _("Start again when nothing is being saved there any more."),
        _("Start again, and stop it once it has learned for a while."),
        _("Start the download again; it continues where it stopped."),
        _("Start the training anew, and check the disk."),
        _("Starting."),
        _("Steps without a finite gradient, left out: {left_out}."),
        _("Stopped before the model had begun to segment, so there is nothing to keep yet."),
        _("Stopped: the remaining patients are not scored."),
        _("The address is neither https nor a file."),
        _("The case has no label any more."),
        _("The case has no result of another program any more."),
        _("The case list"),
        _("The case list names no image to train on."),
        _("The catalogue is too large."),
        _(
            "The checkpoint is of another version of SemiGDA and does not fit this one: the "
            "training starts again."
        ),
        _(
            "The class '{name}' was found in the one held-out case that has none of it. The "
            "scores do not count this."
        ),
        _(
            "The class '{name}' was found in {count} of {without} held-out cases that have none "
            "of it. The scores do not count this."
        ),
        _("The cohort's file"),
        _("The connection broke off."),
        _("The device must be one of {value}."),
        _("The file cannot be read."),
        _("The file holds another model than the catalogue says."),
        _("The file is damaged, or not a base to start a training from."),
        _("The file is no model package."),
        _("The file is not the one that the catalogue names: its checksum differs."),
        _("The folder holds a training that was begun with other settings."),
        _("The folder holds segmentations of other images of the same names."),
        _("The folder holds segmentations that another model made."),
        _("The folder of the output file does not exist."),
        _("The graphics card has too little free memory for these settings."),
        _("The graphics card {name} is too new for the installed PyTorch."),
        _("The graphics card {name} is too old for the installed PyTorch."),
        _(
            "The image or label of 1 case was changed after this training had begun. It goes on "
            "with the new one; what it learned or measured before came from the old one."
        ),
        _("The image was changed while it was segmented."),
        _(
            "The images or labels of {changed} cases were changed after this training had begun. "
            "It goes on with the new ones; what it learned or measured before came from the old "
            "ones."
        ),
        _("The job names no {what}."),
        _("The job's catalogue"),
        _("The job's classes"),
        _("The job's images"),
        _("The job's name"),
        _("The job's old folder"),
        _("The job's {what}"),
        _(
            "The labelled images are much brighter or darker than the held-out ones: check the "
            "intensity rule and the images' units."
        ),
        _("The labelled images are nearly uniform: check the intensity rule's range."),
        _("The last checkpoint is damaged; the training continues from the one before."),
        _("The list of folds"),
        _("The list of what the training saw"),
        _("The loss has hardly fallen: try a learning rate 3 times smaller or larger."),
        _("The model card holds no hash of the weights."),
        _(
            "The model card names other classes, or in another order, than the weights were "
            "trained for."
        ),
        _("The model does not find {name}."),
        _("The model is mostly sure, and it looks like cases that are labelled."),
        _("The model is not sure whether there is {name}."),
        _("The model is sure of only {value} % of {name}."),
        _("The model is unsure of the border of {name} in {value} % of its slices."),
        _("The model needs {value} MB on the disk, which has {value2} MB."),
        _("The model package is refused: {reason}."),
        _("The model that the new one was to be compared with is gone, or damaged."),
        _("The model's folder holds something that does not belong to a model package."),
        _("The model's weights are missing."),
        _("The model's weights are not those its card was written for (hash)."),
        _("The model's weights have a tensor of a wrong type."),
        _("The model's weights hold values that are not finite."),
        _("The name '{name}' cannot be that of a result."),
        _("The network needs slices whose sides are multiples of {halvings}."),
        _("The network's weights are not finite in float16."),
        _("The new folder does not exist."),
        _("The options"),
        _("The output file's name must end in {suffix}."),
        _("The output folder has a result of another image of this name."),
        _("The output folder has a result of another model."),
        _("The report"),
        _("The result in the output folder was edited, so it is left as it is."),
        _("The scored slices"),
        _("The scores"),
        _("The server cannot be reached."),
        _("The server does not answer."),
        _("The server does not have this file."),
        _("The server redirects to an address that is not https, or to none."),
        _("The server reports an error (HTTP status {code})."),
        _("The server's certificate cannot be trusted."),
        _("The server's file has another size than the catalogue says."),
        _("The server's file is longer than the catalogue says."),
        _("The server, or a proxy in front of it, refuses the file."),
        _("The split"),
        _("The training has no folder for its checkpoints."),
        _("The training needs {wanted} GB of memory, and {free} are free."),
        _("The training was stopped early."),
        _("The training's autoencoder is damaged; it is trained again."),
        _("The weights do not fit the network that the card describes; tensors {value}"),
        _("The weights file"),
        _("The weights file cannot be imported. {reason}"),
        _("The weights file does not exist."),
        _("The weights file is damaged."),
        _("The zip would lie in the model's own folder."),
        _("There is no U-Net to compare with. {why}"),
        _("There is no such model package."),
        _("This computer has the graphics card {name}, but its PyTorch computes on the CPU only."),
        _("This training was planned for a graphics card, and none can be used now."),
        _(
            "This training was planned without the graphics card that can be used now: after "
            "another rehearsal it does more in its time."
        ),
        _("Too little memory on {value}: continued on the CPU."),
        _("Too little memory on {value}: continued with {batch_size} slice at a time."),
        _("Too little memory on {value}: continued with {batch_size} slices at a time."),
        _("Training a U-Net to compare with: step {done} of {steps}."),
        _(
            "Training mirrors images left and right, but this class is one side of the body: "
            "switch mirroring off."
        ),
        _("Two cases would be written to the same file {name}.seg.nrrd."),
        _("Two results would be written to the same file."),
        _("Update the graphics driver and restart the computer; until then, choose the CPU."),
        _("Wait a while, then start the download again."),
        _("Wait for its end."),
        _("Wait until it has ended, or choose another folder."),
        _("Waits until the graphics card is free."),
        _("What this training had learned cannot be read any more: its checkpoints are damaged."),
        _("Writing the result"),
        _(
            "{attribution} {copyright}  The weights of this model's second encoder are those "
            "features, changed by training.  "
        ),
        _(
            "{copies} of the held-out images are in the training a second time: the scores will "
            "be too good."
        ),
        _(
            "{copies} of the held-out images is in the training a second time: the scores will be"
            " too good."
        ),
        _("{count} held-out case could not be scored."),
        _("{count} held-out cases could not be scored."),
        _("{count} held-out cases{gone}; nothing was chosen on them"),
        _("{count} held-out case{gone}; nothing was chosen on it"),
        _("{name} is {value}, expected {shape}"),
        _("{name} {shape} in place of {value}"),
        _(
            "{shared} of the held-out cases has the very label of a case for training: if they "
            "are of one patient, the scores will be too good."
        ),
        _(
            "{shared} of the held-out cases have the very label of a case for training: if they "
            "are of one patient, the scores will be too good."
        ),
        _("{todo} of {count} case to segment"),
        _("{todo} of {count} cases to segment"),
        _("{value}: step {done} of {steps}."),
    )
