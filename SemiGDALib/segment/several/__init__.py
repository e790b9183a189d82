"""*Several volumes*: of the scene, of a study, or files of a folder, one after another."""
