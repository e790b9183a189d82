"""Written by Testing/packaging/list_sentences.py: sentences for translators."""


def sentences(_):
    """All of them, as ``_`` translates them."""
    return (
        _("A file of the folder is missing: a link leads nowhere"),
        _("A label holds a segment or value that belongs to no class."),
        _(
            "Add the segment to the file's header, or save the file in Slicer, which leaves such "
            "voxels out."
        ),
        _("Case {number} of the list trains, but another case of its group is held out."),
        _("Case {number} of the list {what}."),
        _("Cases {value} and {number} of the list have the same {what}."),
        _("Check that the file is complete and of a supported format ({titles})."),
        _("Choose a folder that holds exactly one series."),
        _("Choose a label with one colour for each class, saved without smoothing."),
        _("Choose a model for colour images, or a grey image."),
        _("Choose a model for grey images, or a colour image."),
        _("Choose another series, or segment its pictures one by one."),
        _("Choose one from 0 to {value}."),
        _("Choose one of the files."),
        _("Choose the label of this picture, in the size of the picture."),
        _("Choose to replace such values, or repair the image."),
        _("Convert the image to 8 bit, or choose another model."),
        _("Copy it to a disk of this computer and try again."),
        _("Copy or export the file again from its source."),
        _("Crop the image, check its spacing, or choose a model of a coarser spacing."),
        _("Delete copies; of several times or echoes, load one in 3D Slicer, and use that volume."),
        _("Export it again, with points in decimal numbers, not commas."),
        _("Export it from its source in another way, such as with a rescale slope."),
        _("Export it from its source with a file for each slice."),
        _("Export it from its source with square pixels, or with their size."),
        _("Find out which is right, and save the image with that one alone."),
        _("Give all cases of a group to training, or all to val."),
        _("Give each structure a file of its own, or each image one label map."),
        _("Give each structure a value from 1 to 254, or save the label as .seg.nrrd in Slicer."),
        _("Give every segment of the labels a class, or leave it out on purpose."),
        _(
            "In the model's spacing the image has {count} slices of {value} x {value2} pixels, "
            "which is too much."
        ),
        _("Its first row names the columns: image, role and, where there is one, label."),
        _("Label: {message}"),
        _("Load it in 3D Slicer, and save the volume that it makes of it."),
        _("Load it in 3D Slicer, and use the volume or the sequence that it makes of it."),
        _("Load it in Slicer, and save it as .seg.nrrd or add it from the scene."),
        _("Load the series in 3D Slicer, which resamples it, and use that volume."),
        _("Load the series in 3D Slicer, which sorts it into volumes, and use one."),
        _("Make it larger."),
        _("Mark the finished slices of the case again."),
        _("Only the region of interest was segmented."),
        _("Place it on the image."),
        _("Place it on what the image shows."),
        _("Put it back, or add the results again."),
        _("Put those that belong together into a folder of their own."),
        _("Resample it again with nearest neighbour, from the label as it was."),
        _("Rescale its values, for example to the range from 0 to 1000."),
        _("Save it again in the program that it comes from."),
        _("Save it as .nrrd and use that."),
        _("Save it as NIfTI or NRRD in the program that it comes from."),
        _("Save it as NIfTI-1 or NRRD in the program that it comes from."),
        _("Save it as PNG and use that."),
        _("Save it in RGB colours, or with black as the first colour of its palette."),
        _("Save it with its spacings, in the program that it comes from."),
        _("Save it with the space left-posterior-superior, in the program that it comes from."),
        _("Save it without transparency, on a black background."),
        _("Save its magnitude as an image and use that."),
        _("Save one frame as an image of its own, or load the image in Slicer as a sequence."),
        _("Save one label map, with a whole value for each class."),
        _("Save the channel or time that you mean as a file of its own."),
        _(
            "Save the label with the width and height of the stored image; a camera may have "
            "stored a picture otherwise than other programs show it."
        ),
        _("Save the page that you mean as PNG and use that."),
        _("Save the part of it that you mean as an image of its own."),
        _("Say in the mapping what it is; {ignored} itself means unlabelled."),
        _("Say which class each colour or layer is, or save one value for each class."),
        _("Segment it as a volume."),
        _("Several slices of the DICOM series lie at one position."),
        _(
            "Slices that are marked as finished do not exist: in this direction the image has "
            "{value}, counted from 0."
        ),
        _(
            "Take the label as it was before, as PNG, .nrrd or .nii.gz; a JPEG picture that was "
            "converted to these stays changed."
        ),
        _(
            "Take the label as it was before. If it is of one class, you can make it black and "
            "white again: what is darker than 128 black, all else white."
        ),
        _("The DICOM file does not say where its {frames} frames lie: it may be a film."),
        _(
            "The DICOM file gives a dose in numbers of its own (DoseGridScaling), which cannot be"
            " read."
        ),
        _("The DICOM file gives its values by a table (Modality LUT), which cannot be read."),
        _("The DICOM file holds no image."),
        _("The DICOM file is damaged: its compressed pixels are not whole"),
        _(
            "The DICOM file says that its pixels are not square (PixelAspectRatio), and not how "
            "large they are."
        ),
        _(
            "The DICOM file stores its values in other bits than the lowest (high bit), which "
            "cannot be read."
        ),
        _("The DICOM file writes {what} in a way that is no number."),
        _("The DICOM series cannot be read."),
        _("The DICOM series does not say where its slices lie, or how large their pixels are."),
        _("The TIFF file is damaged: its pages lead back to each other"),
        _("The case list"),
        _("The case list does not exist."),
        _("The case list is empty."),
        _("The case list is too large."),
        _("The case list must be a list of cases."),
        _("The case list {error}."),
        _("The disk with the temporary folder is full."),
        _("The file of the structure '{name}' holds more than zeros and ones."),
        _("The file that holds the image's voxels is missing"),
        _("The folder holds no DICOM images."),
        _("The folder holds several DICOM files of many frames each."),
        _("The folder holds {count} DICOM series."),
        _("The frames of the DICOM file are turned against each other, or scaled differently."),
        _("The image cannot be read."),
        _("The image consists of two files (.hdr and .img), and one of them is missing"),
        _("The image file cannot be read: {strerror}."),
        _("The image file could not be read in time."),
        _("The image file does not exist."),
        _("The image file is damaged: it holds more voxels than it declares"),
        _("The image file is damaged: it makes its reader crash"),
        _("The image file is damaged: it takes far more memory than its voxels"),
        _("The image file is damaged: its compressed pixels are not whole"),
        _("The image file is damaged: its compressed voxels are not whole"),
        _("The image file is damaged: its header says one thing in two ways"),
        _("The image file is damaged: reading it never ends"),
        _("The image file is damaged: something follows its compressed voxels"),
        _("The image file is empty."),
        _("The image file is incomplete: it declares more voxels than it holds"),
        _("The image has a fourth dimension ({frames} frames)."),
        _("The image has more than four dimensions."),
        _("The image has no fourth dimension."),
        _("The image has only {frames} frame."),
        _("The image has only {frames} frames."),
        _("The image holds complex numbers."),
        _("The image holds {bad} voxel value that is not a number (NaN or infinite)."),
        _("The image holds {bad} voxel values that are not a number (NaN or infinite)."),
        _("The image is a NIfTI-2 file, which cannot be read."),
        _("The image is an ANALYZE file, which does not say which side is the left."),
        _("The image is constant inside the region of interest: all its voxels are equal."),
        _("The image is constant: all its voxels are equal."),
        _("The image is empty: it has no voxels."),
        _("The image is not a file."),
        _(
            "The image says how to scale its values (ElementToIntensityFunctionSlope), which most"
            " programs pass over."
        ),
        _("The image says two different things about which side is the left (qform and sform)."),
        _("The image says two different voxel spacings (pixdim and sform)."),
        _(
            "The image says what to add to its values, but not how to scale them (scl_slope): "
            "programs differ in what they make of it."
        ),
        _("The image's axes are not at right angles, which cannot be read from NIfTI files."),
        _(
            "The image's header gives its directions in a way that would be read mirrored (space:"
            " {space})."
        ),
        _(
            "The image's header says where its axes begin or end (axis mins, axis maxs), and not "
            "its voxel spacing: programs differ in what they make of it."
        ),
        _("The image's values are too large, or too close together, to be computed with."),
        _("The image's voxel spacing is zero, negative or no number."),
        _("The image's voxel spacing or axes are not usable."),
        _("The image's voxels hold neither grey values nor colours."),
        _("The label has a palette that does not begin with its background, black."),
        _("The label has pixels that are transparent and not black."),
        _("The label has several maps, and they are not of zeros and ones."),
        _("The label has {count} colours: it is a photograph, or was smoothed."),
        _(
            "The label holds greys between its values, such as {value}: it was smoothed when it "
            "was resized or turned, or was a JPEG picture."
        ),
        _("The label is a DICOM segmentation, which cannot be read as a file."),
        _("The label is a JPEG picture, and its compression changed the values."),
        _("The label is coloured, with more than 8 bits a colour."),
        _("The label map holds the value {ignored}, which is no class."),
        _(
            "The label map holds values between whole numbers, such as {value}: it was "
            "interpolated."
        ),
        _("The label map holds values other than 0 to 255, such as {odd}."),
        _("The label map is coloured or has overlapping layers."),
        _(
            "The label's size is {label} and that of its image {image}: it belongs to another "
            "picture, or one of them was scaled or cropped."
        ),
        _("The label's size is {label} and that of its image {image}: one of them is turned."),
        _("The model takes colour images; this image is grey."),
        _("The model takes grey images; this image has 3 colour channels."),
        _("The model takes pictures; this image has values that no picture of 8 or 16 bits has."),
        _("The pages of the TIFF file are of several channels, or of slices at several times."),
        _("The pages of the TIFF file differ in size or kind."),
        _("The picture is a {title} file of a kind that cannot be read."),
        _("The picture is damaged: a check sum in it is wrong"),
        _("The picture is not of 8 bits: {high} was taken as white."),
        _("The process that reads images could not be started."),
        _("The region of interest is too small: it holds hardly any voxel of the image."),
        _("The region of interest lies outside of the image."),
        _("The segmentation holds voxels of the value {value}, which no segment of it has."),
        _("The segmentation is damaged: its header names more layers than it holds"),
        _("The segmentation's header is damaged."),
        _("The slices of the DICOM series are not evenly spaced; some may be missing."),
        _(
            "The slices of the DICOM series are of several patients, studies, modalities or "
            "frames of reference."
        ),
        _(
            "The slices of the DICOM series are turned against each other, or differ in their "
            "pixel spacing."
        ),
        _("The structure '{name}' has no file."),
        _("The structure '{name}' lies on another grid than the image."),
    )
