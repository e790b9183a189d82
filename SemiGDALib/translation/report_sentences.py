"""Written by Testing/packaging/list_sentences.py: sentences for translators."""


def sentences(_):
    """All of them, as ``_`` translates them."""
    return (
        _("1 case is labelled in part, and scored there only."),
        _("1 held-out case was not scored: the files were not there."),
        _("1 label was accepted from a model"),
        _("1 label was corrected by hand"),
        _(
            "1 labelled case is labelled on some slices only. The other slices of it are "
            "unlabelled data."
        ),
        _("95 % interval"),
        _(
            "A dash: the expert drew nothing of the class in that case, so there is nothing to "
            "compare."
        ),
        _("A result of {name} for 1 case taught nothing."),
        _("After"),
        _("Attribution"),
        _("Autoencoder: image, rebuilt, mask, rebuilt"),
        _("Autoencoder: losses"),
        _("Before"),
        _("Beside a plain U-Net"),
        _("Cancelled before its end."),
        _("Case"),
        _("Case by case"),
        _("Cases"),
        _("Class"),
        _("Date"),
        _("Dice by step"),
        _(
            "Dice is twice the shared volume of two outlines divided by the sum of both: 1 is the"
            " same, 0 is nothing in common."
        ),
        _("Dice of 1 held-out case"),
        _("Dice of {count} held-out cases"),
        _("Dice on the held-out cases"),
        _("Difference"),
        _(
            "Each case was scored by a model that was trained without it. The final model learned"
            " from all of them and was itself scored on none."
        ),
        _("Engine of the model"),
        _("Engine of the training"),
        _("Engine of this report"),
        _("Finished."),
        _("Held-out cases: image, drawn by the expert, drawn by the model"),
        _("How the scores were made"),
        _("In the project today, {labels} and {others}."),
        _("In the project today, {labels}."),
        _("It failed: {message} {action}"),
        _("It is only there to be compared with."),
        _("It was scored on the same cases in the same way."),
        _("Licence and versions"),
        _("Licence of the model"),
        _("Not begun."),
        _("Not found at the first look: {classes}. {causes}"),
        _("Not learned by step {step}: {classes}. {causes}"),
        _("Nothing about the model was chosen on these cases."),
        _("Nothing here is a medical device or a proof of clinical use."),
        _("Over the steps"),
        _("Pictures"),
        _("Plain U-Net"),
        _("Results of {name} for {count} cases taught nothing."),
        _("SemiGDA training report"),
        _("Setting"),
        _("Settings"),
        _("Stage 1, aligning latents: losses"),
        _("Stage 2, learning to segment: losses"),
        _("Started from"),
        _(
            "The U-Net (2 million parameters) learned from the labelled cases alone, with the "
            "same augmentation, as many steps and as many slices a step."
        ),
        _(
            "The curves are measured on some held-out cases at the network's own resolution, to "
            "follow the training. They are not the final score."
        ),
        _(
            "The scores are measured on cases that no training saw, on each image's own voxels. "
            "The intervals come from drawing the held-out patients anew, with repeats "
            "(bootstrap), and are wider where there are few: they say how much the choice of "
            "these patients matters, and nothing about cases of another kind, scanner or "
            "hospital."
        ),
        _(
            "The table says on how many slices. What a model draws on the other slices is not "
            "judged."
        ),
        _("There was one for each training that was scored."),
        _("These results scored nothing."),
        _("This model"),
        _("Trained also with a result of {name} for 1 case."),
        _("Trained also with results of {name} for {count} cases."),
        _("Training report: {names}"),
        _("Unlabelled cases: image, drawn by each branch"),
        _("Value"),
        _("Warnings"),
        _("Weights (SHA-256)"),
        _("What is missing here"),
        _("What the model is not for"),
        _(
            "Where people labelled too, the Dice of {name} is {dice}; {share} % of what these "
            "images taught came from it."
        ),
        _("With so few held-out cases, small differences mean little."),
        _("case {number}"),
        _("difference"),
        _("en"),
        _("first look"),
        _("held out cases"),
        _("labelled cases"),
        _("mean"),
        _("mean Dice, model before"),
        _("mean Dice, this training"),
        _("step {number}"),
        _("training"),
        _("unlabelled cases"),
        _("{count} cases are labelled in part, and scored there only."),
        _("{count} held-out cases were not scored: the files were not there."),
        _(
            "{count} labelled cases are labelled on some slices only. The other slices of them "
            "are unlabelled data."
        ),
        _("{count} labels were accepted from a model"),
        _("{count} labels were corrected by hand"),
        _("{low} to {high}"),
        _("{name}, after"),
        _("{name}, before"),
        _("{share} % done, paused: this report shows the part."),
        _("{share} % done, running: this report shows the part."),
        _("{share} % done, stopped: this report shows the part."),
    )
