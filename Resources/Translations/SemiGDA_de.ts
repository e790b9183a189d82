<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Base</name>
    <message>
        <source> min</source>
        <translation> min</translation>
    </message>
    <message>
        <source> pixels</source>
        <translation> Pixel</translation>
    </message>
    <message>
        <source>A first look within minutes: do labels and images match?</source>
        <translation>Ein erster Blick in wenigen Minuten: Passen Labels und Bilder zusammen?</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Erweitert</translation>
    </message>
    <message>
        <source>Afterwards also train a plain U-Net on the labelled cases, with as many steps, and show its scores beside the model's. It takes longer; the U-Net is not kept.</source>
        <translation>Danach auch ein einfaches U-Net auf den gelabelten Fällen trainieren, mit ebenso vielen Schritten, und seine Werte neben denen des Modells zeigen. Das dauert länger; das U-Net wird nicht behalten.</translation>
    </message>
    <message>
        <source>As the preset says</source>
        <translation>Wie in der Voreinstellung</translation>
    </message>
    <message>
        <source>Back to the preset</source>
        <translation>Zurück zur Voreinstellung</translation>
    </message>
    <message>
        <source>Branch widths:</source>
        <translation>Zweigbreiten:</translation>
    </message>
    <message>
        <source>Channels of the network at each depth, such as 32, 64, 96, 128. Wider learns more and takes more memory and time.</source>
        <translation>Kanäle des Netzes in jeder Tiefe, etwa 32, 64, 96, 128. Breitere lernen mehr und brauchen mehr Speicher und Zeit.</translation>
    </message>
    <message>
        <source>Compare with a plain U-Net</source>
        <translation>Mit einfachem U-Net vergleichen</translation>
    </message>
    <message>
        <source>Device:</source>
        <translation>Gerät:</translation>
    </message>
    <message>
        <source>Direction in which a volume is cut into slices; the network learns from slices.</source>
        <translation>Richtung, in der ein Volumen in Schichten zerlegt wird; das Netz lernt aus Schichten.</translation>
    </message>
    <message>
        <source>Discard all changes made under Advanced.</source>
        <translation>Alle Änderungen unter „Erweitert“ verwerfen.</translation>
    </message>
    <message>
        <source>Do without them: the training starts from nothing.</source>
        <translation>Darauf verzichten: Das Training beginnt bei null.</translation>
    </message>
    <message>
        <source>Download and install the general image features into Slicer.</source>
        <translation>Die allgemeinen Bildmerkmale herunterladen und in Slicer installieren.</translation>
    </message>
    <message>
        <source>From a folder...</source>
        <translation>Aus Ordner...</translation>
    </message>
    <message>
        <source>From scratch</source>
        <translation>Von null</translation>
    </message>
    <message>
        <source>How long the whole training may take. Rehearse first, so that this computer keeps to it.</source>
        <translation>Wie lange das ganze Training dauern darf. Machen Sie zuerst einen Probelauf, damit dieser Computer das einhält.</translation>
    </message>
    <message>
        <source>Image size:</source>
        <translation>Bildgröße:</translation>
    </message>
    <message>
        <source>Install (17 MB)</source>
        <translation>Installieren (17 MB)</translation>
    </message>
    <message>
        <source>Install them without a network, from a folder with the package's wheel (.whl file).</source>
        <translation>Ohne Netzverbindung installieren: aus einem Ordner mit dem Paket (.whl-Datei).</translation>
    </message>
    <message>
        <source>Labelled batch:</source>
        <translation>Gelabelte je Schritt:</translation>
    </message>
    <message>
        <source>Labelled slices in each step. Fewer take less memory.</source>
        <translation>Gelabelte Schichten in jedem Schritt. Weniger brauchen weniger Speicher.</translation>
    </message>
    <message>
        <source>Learning rate of the alignment stage, such as 0.002.</source>
        <translation>Lernrate der Angleichung, etwa 0.002.</translation>
    </message>
    <message>
        <source>Learning rate:</source>
        <translation>Lernrate:</translation>
    </message>
    <message>
        <source>Longest side of the slices the network sees, in pixels. More shows finer detail and takes longer.</source>
        <translation>Längste Seite der Schichten, die das Netz sieht, in Pixeln. Mehr zeigt feinere Details und dauert länger.</translation>
    </message>
    <message>
        <source>Paper</source>
        <translation>Publikation</translation>
    </message>
    <message>
        <source>Peak learning rate of the segmentation stage, such as 0.002.</source>
        <translation>Höchste Lernrate der Segmentierungsstufe, etwa 0.002.</translation>
    </message>
    <message>
        <source>Preset's</source>
        <translation>Voreingestellt</translation>
    </message>
    <message>
        <source>Quick look</source>
        <translation>Schneller Blick</translation>
    </message>
    <message>
        <source>Seed of all random choices: the same seed gives the same training.</source>
        <translation>Startwert aller Zufallsentscheidungen: Derselbe Wert ergibt dasselbe Training.</translation>
    </message>
    <message>
        <source>Seed:</source>
        <translation>Startwert:</translation>
    </message>
    <message>
        <source>Settings that replace those of the preset. Only what you change is kept.</source>
        <translation>Einstellungen, die die der Voreinstellung ersetzen. Nur Ihre Änderungen werden gespeichert.</translation>
    </message>
    <message>
        <source>Slices:</source>
        <translation>Schichten:</translation>
    </message>
    <message>
        <source>Standard</source>
        <translation>Standard</translation>
    </message>
    <message>
        <source>Start from:</source>
        <translation>Beginnen mit:</translation>
    </message>
    <message>
        <source>The full-size network of the paper. Needs a base and a graphics card.</source>
        <translation>Das Netz der Publikation in voller Größe. Braucht eine Basis und eine Grafikkarte.</translation>
    </message>
    <message>
        <source>The usual choice.</source>
        <translation>Die übliche Wahl.</translation>
    </message>
    <message>
        <source>Time budget:</source>
        <translation>Zeitbudget:</translation>
    </message>
    <message>
        <source>Unlabelled batch:</source>
        <translation>Ungelabelte je Schritt:</translation>
    </message>
    <message>
        <source>Unlabelled slices in each step. Fewer take less memory.</source>
        <translation>Ungelabelte Schichten in jedem Schritt. Weniger brauchen weniger Speicher.</translation>
    </message>
    <message>
        <source>What the training starts from: general image features, an earlier model, or nothing.</source>
        <translation>Womit das Training beginnt: mit allgemeinen Bildmerkmalen, einem früheren Modell oder bei null.</translation>
    </message>
    <message>
        <source>What this base means for the training.</source>
        <translation>Was diese Basis für das Training bedeutet.</translation>
    </message>
    <message>
        <source>Where to compute. Automatic uses the graphics card if there is one that works.</source>
        <translation>Wo gerechnet wird. „Automatisch“ nimmt die Grafikkarte, wenn eine funktioniert.</translation>
    </message>
    <message>
        <source>… of alignment:</source>
        <translation>… der Angleichung:</translation>
    </message>
</context>
<context>
    <name>Cases</name>
    <message>
        <source>Add another structure to segment.</source>
        <translation>Eine weitere Struktur zum Segmentieren hinzufügen.</translation>
    </message>
    <message>
        <source>Add class...</source>
        <translation>Neue Klasse...</translation>
    </message>
    <message>
        <source>Add folder...</source>
        <translation>Ordner...</translation>
    </message>
    <message>
        <source>Add from scene...</source>
        <translation>Aus Szene...</translation>
    </message>
    <message>
        <source>Add images of one kind, such as CT of the liver: a few with a label and many without. You may also drop files or folders on the list.</source>
        <translation>Fügen Sie Bilder einer Art hinzu, etwa CT der Leber: einige mit Label und viele ohne. Sie können Dateien oder Ordner auch auf die Liste ziehen.</translation>
    </message>
    <message>
        <source>Add results of another program...</source>
        <translation>Ergebnisse anderer Programme...</translation>
    </message>
    <message>
        <source>Assign a class to each segment in the labels.</source>
        <translation>Jedem Segment in den Labels eine Klasse zuordnen.</translation>
    </message>
    <message>
        <source>Assign a class to each segment in the results of other programs. Those without one do not teach.</source>
        <translation>Jedem Segment in den Ergebnissen anderer Programme eine Klasse zuordnen. Von Segmenten ohne Klasse wird nicht gelernt.</translation>
    </message>
    <message>
        <source>Choose a folder of images, and one of labels. They stay where they are and are never changed.</source>
        <translation>Wählen Sie einen Ordner mit Bildern und einen mit Labels. Sie bleiben, wo sie sind, und werden nie verändert.</translation>
    </message>
    <message>
        <source>Choose the folder where the missing files are now. Only identical files are accepted.</source>
        <translation>Wählen Sie den Ordner, in dem die fehlenden Dateien jetzt liegen. Nur identische Dateien werden angenommen.</translation>
    </message>
    <message>
        <source>Choose volumes loaded in Slicer, each with its segmentation.</source>
        <translation>In Slicer geladene Volumen wählen, jedes mit seiner Segmentierung.</translation>
    </message>
    <message>
        <source>Edit label</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>How the selected cases are used, which are of one patient, and what they are called.</source>
        <translation>Wie die gewählten Fälle verwendet werden, welche von einem Patienten sind und wie sie heißen.</translation>
    </message>
    <message>
        <source>How to begin.</source>
        <translation>So fangen Sie an.</translation>
    </message>
    <message>
        <source>Load the selected case, and draw or correct its label. It is saved in the project's folder, never over your own file.</source>
        <translation>Den gewählten Fall laden und sein Label zeichnen oder korrigieren. Es wird im Projektordner gespeichert, nie über Ihre eigene Datei.</translation>
    </message>
    <message>
        <source>Missing files.</source>
        <translation>Fehlende Dateien.</translation>
    </message>
    <message>
        <source>Relocate...</source>
        <translation>Suchen...</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove the selected cases from the project. Their files stay.</source>
        <translation>Die gewählten Fälle aus dem Projekt entfernen. Ihre Dateien bleiben.</translation>
    </message>
    <message>
        <source>Remove the selected class. Its segments in the labels become background; label files are not changed.</source>
        <translation>Die gewählte Klasse entfernen. Ihre Segmente in den Labels werden Hintergrund; Labeldateien bleiben unverändert.</translation>
    </message>
    <message>
        <source>Segments...</source>
        <translation>Segmente...</translation>
    </message>
    <message>
        <source>Set label</source>
        <translation>Label setzen</translation>
    </message>
    <message>
        <source>Set the label of the selected case: from a file, from the scene, or none.</source>
        <translation>Das Label des gewählten Falls setzen: aus einer Datei, aus der Szene oder keines.</translation>
    </message>
    <message>
        <source>The project's images. Double-click one to draw its label. Drop files or folders here to add them.</source>
        <translation>Die Bilder des Projekts. Doppelklicken Sie auf eines, um sein Label zu zeichnen. Ziehen Sie Dateien oder Ordner hierher, um sie hinzuzufügen.</translation>
    </message>
    <message>
        <source>The structures to segment. Double-click a name to rename it, a colour to change it.</source>
        <translation>Die zu segmentierenden Strukturen. Doppelklick auf einen Namen benennt um, auf eine Farbe ändert sie.</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Rolle</translation>
    </message>
    <message>
        <source>What TotalSegmentator, nnU-Net, MONAI or an earlier model made of these images: it teaches where nobody labelled, as long as it is better than the model, and never scores one.</source>
        <translation>Was TotalSegmentator, nnU-Net, MONAI oder ein früheres Modell aus diesen Bildern gemacht hat: Davon wird gelernt, wo niemand ein Label gezeichnet hat, solange es besser ist als das Modell; bewertet wird damit nie.</translation>
    </message>
    <message>
        <source>What the signs beside the cases mean. Section 2 lists what the check found, and fixes much of it.</source>
        <translation>Was die Zeichen neben den Fällen bedeuten. Abschnitt 2 nennt, was die Prüfung fand, und behebt vieles davon.</translation>
    </message>
</context>
<context>
    <name>Check</name>
    <message>
        <source>Check</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Check every case that changed since the last check: unreadable files, wrong position, wrong kind, copies, empty labels. It runs in the background; your files are not changed.</source>
        <translation>Jeden seit der letzten Prüfung geänderten Fall prüfen: unlesbare Dateien, falsche Lage, falsche Art, Kopien, leere Labels. Das läuft im Hintergrund; Ihre Dateien bleiben unverändert.</translation>
    </message>
    <message>
        <source>How many cases are checked.</source>
        <translation>Wie viele Fälle geprüft sind.</translation>
    </message>
    <message>
        <source>Undo fix</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Undo the last fix.</source>
        <translation>Die letzte Korrektur rückgängig machen.</translation>
    </message>
    <message>
        <source>What the check found, the worst first. Select a line to select its cases in the list above.</source>
        <translation>Was die Prüfung fand, das Schlimmste zuerst. Wählen Sie eine Zeile, um ihre Fälle in der Liste oben zu wählen.</translation>
    </message>
    <message>
        <source>What the check found.</source>
        <translation>Was die Prüfung fand.</translation>
    </message>
</context>
<context>
    <name>HeldOut</name>
    <message>
        <source>Change...</source>
        <translation>Ändern...</translation>
    </message>
    <message>
        <source>Choose held-out cases</source>
        <translation>Testfälle wählen</translation>
    </message>
    <message>
        <source>Choose them at random, with every kind of case among them. This is done once for the whole project.</source>
        <translation>Zufällig wählen, mit jeder Art von Fall darunter. Das geschieht einmal für das ganze Projekt.</translation>
    </message>
    <message>
        <source>Hold out other cases, and give a reason. All earlier scores become void.</source>
        <translation>Andere Testfälle wählen und den Grund angeben. Alle früheren Werte werden ungültig.</translation>
    </message>
    <message>
        <source>Only scores of the same version are comparable.</source>
        <translation>Nur Werte derselben Version sind vergleichbar.</translation>
    </message>
    <message>
        <source>The locked cases. Select one to select it in the list of cases.</source>
        <translation>Die gesperrten Fälle. Wählen Sie einen, um ihn in der Liste der Fälle zu wählen.</translation>
    </message>
    <message>
        <source>What held-out cases are for.</source>
        <translation>Wozu Testfälle da sind.</translation>
    </message>
</context>
<context>
    <name>Result</name>
    <message>
        <source>A page for your browser with scores, curves, pictures and settings, without names of cases.</source>
        <translation>Eine Seite für Ihren Browser mit Werten, Kurven, Bildern und Einstellungen, ohne Namen der Fälle.</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Delete the files of the selected version; its scores stay in the project's history.</source>
        <translation>Die Dateien der gewählten Version löschen; ihre Werte bleiben im Verlauf des Projekts.</translation>
    </message>
    <message>
        <source>Delete...</source>
        <translation>Löschen...</translation>
    </message>
    <message>
        <source>Dice of each held-out case and class: overlap with your label, 1 = identical, 0 = nothing in common.</source>
        <translation>Dice jedes Testfalls und jeder Klasse: Überlappung mit Ihrem Label, 1 = identisch, 0 = nichts gemeinsam.</translation>
    </message>
    <message>
        <source>Every finished training makes a version. Select one to see its scores, two to compare them.</source>
        <translation>Jedes beendete Training ergibt eine Version. Wählen Sie eine, um ihre Werte zu sehen, zwei, um sie zu vergleichen.</translation>
    </message>
    <message>
        <source>Every model that this project has trained, the newest first.</source>
        <translation>Alle Modelle, die dieses Projekt trainiert hat, das neueste zuerst.</translation>
    </message>
    <message>
        <source>Export...</source>
        <translation>Exportieren...</translation>
    </message>
    <message>
        <source>Give the selected version another title.</source>
        <translation>Der gewählten Version einen anderen Titel geben.</translation>
    </message>
    <message>
        <source>Go back to the version that was in use before.</source>
        <translation>Zur zuvor verwendeten Version zurückkehren.</translation>
    </message>
    <message>
        <source>Install the selected version for SemiGDA Segment.</source>
        <translation>Die gewählte Version für SemiGDA Segment installieren.</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Report page</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>Roll back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Select two versions: their Dice on the same held-out cases, side by side.</source>
        <translation>Wählen Sie zwei Versionen: ihr Dice auf denselben Testfällen nebeneinander.</translation>
    </message>
    <message>
        <source>Train once more, on all labels</source>
        <translation>Noch einmal trainieren, mit allen Labels</translation>
    </message>
    <message>
        <source>Use in SemiGDA Segment</source>
        <translation>In SemiGDA Segment nutzen</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>What is being done.</source>
        <translation>Was gerade geschieht.</translation>
    </message>
    <message>
        <source>What the table compares.</source>
        <translation>Was die Tabelle vergleicht.</translation>
    </message>
    <message>
        <source>Whether the model is better on the held-out cases, which it has never seen.</source>
        <translation>Ob das Modell auf den Testfällen besser ist, die es nie gesehen hat.</translation>
    </message>
    <message>
        <source>Write the selected version as one file, for another computer.</source>
        <translation>Die gewählte Version als eine Datei schreiben, für einen anderen Computer.</translation>
    </message>
</context>
<context>
    <name>Review</name>
    <message>
        <source>&lt;b&gt;Inbox&lt;/b&gt;: the model's own labels, most certain first</source>
        <translation>&lt;b&gt;Eingang&lt;/b&gt;: die eigenen Labels des Modells, die sichersten zuerst</translation>
    </message>
    <message>
        <source>&lt;b&gt;What to label next&lt;/b&gt;: cases that stand for many others</source>
        <translation>&lt;b&gt;Was als Nächstes zu labeln ist&lt;/b&gt;: Fälle, die für viele andere stehen</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Annehmen</translation>
    </message>
    <message>
        <source>Accept the model's label as it is; it counts as made by a model.</source>
        <translation>Das Label des Modells unverändert annehmen; es gilt als von einem Modell erstellt.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cases spread evenly over what your images look like, beside those already labelled.</source>
        <translation>Fälle, gleichmäßig verteilt über das Aussehen Ihrer Bilder, neben den schon gelabelten.</translation>
    </message>
    <message>
        <source>Fix label</source>
        <translation>Korrigieren</translation>
    </message>
    <message>
        <source>How many cases are done.</source>
        <translation>Wie viele Fälle fertig sind.</translation>
    </message>
    <message>
        <source>How these cases were chosen.</source>
        <translation>Wie diese Fälle gewählt wurden.</translation>
    </message>
    <message>
        <source>Label it now</source>
        <translation>Jetzt labeln</translation>
    </message>
    <message>
        <source>Open the selected case in Segment Editor; return here to save.</source>
        <translation>Den gewählten Fall im Segment Editor öffnen; zum Speichern hierher zurückkehren.</translation>
    </message>
    <message>
        <source>Open the selected case with the model's label; return here to save. The label then counts as yours.</source>
        <translation>Den gewählten Fall mit dem Label des Modells öffnen; zum Speichern hierher zurückkehren. Das Label gilt dann als Ihres.</translation>
    </message>
    <message>
        <source>Predicted labels. Accepted ones train the next model; none counts in a score.</source>
        <translation>Vorhergesagte Labels. Angenommene trainieren das nächste Modell; keines zählt in einem Wert.</translation>
    </message>
    <message>
        <source>Rank unlabelled cases</source>
        <translation>Ungelabelte Fälle ordnen</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>Ablehnen</translation>
    </message>
    <message>
        <source>Stop the ranking; the previous one is kept.</source>
        <translation>Das Ordnen abbrechen; die vorige Reihenfolge bleibt.</translation>
    </message>
    <message>
        <source>The case stays unlabelled, and this model's label is not proposed again.</source>
        <translation>Der Fall bleibt ungelabelt, und dieses Label des Modells wird nicht wieder vorgeschlagen.</translation>
    </message>
    <message>
        <source>The model segments every unlabelled case, and compares what they look like.</source>
        <translation>Das Modell segmentiert jeden ungelabelten Fall und vergleicht, wie sie aussehen.</translation>
    </message>
    <message>
        <source>Unlabelled cases, the one to label first at the top.</source>
        <translation>Ungelabelte Fälle; der oberste sollte zuerst gelabelt werden.</translation>
    </message>
    <message>
        <source>What the model found in unlabelled cases. Look before you accept: these become labels to learn from.</source>
        <translation>Was das Modell in ungelabelten Fällen fand. Prüfen Sie vor dem Annehmen: Daraus wird gelernt.</translation>
    </message>
    <message>
        <source>What the ranking is doing.</source>
        <translation>Was das Ordnen gerade tut.</translation>
    </message>
    <message>
        <source>Who made the labels that the next training learns from. Machine-made ones are never used for scores.</source>
        <translation>Wer die Labels erstellt hat, aus denen das nächste Training lernt. Von Programmen erstellte werden nie für Werte verwendet.</translation>
    </message>
</context>
<context>
    <name>SemiGDALib.dialogs</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Choose the folder.</source>
        <translation>Den Ordner wählen.</translation>
    </message>
    <message>
        <source>Close this window without changing anything.</source>
        <translation>Dieses Fenster schließen, ohne etwas zu ändern.</translation>
    </message>
    <message>
        <source>Confirm.</source>
        <translation>Bestätigen.</translation>
    </message>
    <message>
        <source>Model packages (*.zip)</source>
        <translation>Modellpakete (*.zip)</translation>
    </message>
    <message>
        <source>{name} exists already. Replace it?</source>
        <translation>{name} gibt es schon. Ersetzen?</translation>
    </message>
</context>
<context>
    <name>SemiGDALib.left_out</name>
    <message>
        <source>1 file left out ({why})</source>
        <translation>1 Datei weggelassen ({why})</translation>
    </message>
    <message>
        <source>a DICOM file without an image, such as a segmentation</source>
        <translation>eine DICOM-Datei ohne Bild, etwa eine Segmentierung</translation>
    </message>
    <message>
        <source>a folder that may not be opened</source>
        <translation>ein Ordner, der nicht geöffnet werden darf</translation>
    </message>
    <message>
        <source>a link to a file that is not there</source>
        <translation>eine Verknüpfung zu einer Datei, die es nicht gibt</translation>
    </message>
    <message>
        <source>another channel of a case</source>
        <translation>weiterer Kanal eines Falls</translation>
    </message>
    <message>
        <source>in a subfolder, to be taken by itself</source>
        <translation>in einem Unterordner, der für sich zu nehmen ist</translation>
    </message>
    <message>
        <source>no image</source>
        <translation>kein Bild</translation>
    </message>
    <message>
        <source>no label</source>
        <translation>kein Label</translation>
    </message>
    <message>
        <source>one of several DICOM series in a folder</source>
        <translation>eine von mehreren DICOM-Serien in einem Ordner</translation>
    </message>
    <message>
        <source>the same case in another format</source>
        <translation>derselbe Fall in einem anderen Format</translation>
    </message>
    <message>
        <source>{count} files left out ({why})</source>
        <translation>{count} Dateien weggelassen ({why})</translation>
    </message>
</context>
<context>
    <name>SemiGDALib.nodes</name>
    <message>
        <source>Choose an input volume that holds an image.</source>
        <translation>Wählen Sie ein Eingabevolumen, das ein Bild enthält.</translation>
    </message>
    <message>
        <source>Create a new segmentation instead.</source>
        <translation>Legen Sie stattdessen eine neue Segmentierung an.</translation>
    </message>
    <message>
        <source>Harden the transform, then segment the volume.</source>
        <translation>Verfestigen Sie die Transformation („Harden“) und segmentieren Sie dann das Volumen.</translation>
    </message>
    <message>
        <source>No image was chosen.</source>
        <translation>Es wurde kein Bild gewählt.</translation>
    </message>
    <message>
        <source>Segment it again.</source>
        <translation>Segmentieren Sie es noch einmal.</translation>
    </message>
    <message>
        <source>The image could not be written to disk.</source>
        <translation>Das Bild konnte nicht auf die Festplatte geschrieben werden.</translation>
    </message>
    <message>
        <source>The input volume changed while it was being segmented.</source>
        <translation>Das Eingabevolumen hat sich während der Segmentierung geändert.</translation>
    </message>
    <message>
        <source>The input volume is under a non-linear transform.</source>
        <translation>Das Eingabevolumen unterliegt einer nichtlinearen Transformation.</translation>
    </message>
    <message>
        <source>The output segmentation is made of surfaces, which voxels cannot be added to.</source>
        <translation>Die Ausgabe-Segmentierung besteht aus Oberflächen, zu denen keine Voxel kommen können.</translation>
    </message>
    <message>
        <source>The output segmentation is under a non-linear transform.</source>
        <translation>Die Ausgabesegmentierung unterliegt einer nichtlinearen Transformation.</translation>
    </message>
</context>
<context>
    <name>SemiGDALib.requirements</name>
    <message>
        <source>Choose another in Set-up, or use Slicer's own.</source>
        <translation>Wählen Sie unter „Einrichtung“ ein anderes, oder nehmen Sie das von Slicer.</translation>
    </message>
    <message>
        <source>Python packages are being installed.</source>
        <translation>Python-Pakete werden gerade installiert.</translation>
    </message>
    <message>
        <source>SemiGDA needs Python packages that are not installed: {names}.</source>
        <translation>SemiGDA braucht Python-Pakete, die nicht installiert sind: {names}.</translation>
    </message>
    <message>
        <source>Set up ({size} MB), or choose another start in section 4.</source>
        <translation>Richten Sie sie ein ({size} MB), oder wählen Sie in Abschnitt 4 einen anderen Beginn.</translation>
    </message>
    <message>
        <source>Set-up says how large they are, and installs them.</source>
        <translation>Der Abschnitt „Einrichtung“ nennt ihre Größe und installiert sie.</translation>
    </message>
    <message>
        <source>The external Python that you chose is not there any more.</source>
        <translation>Das gewählte externe Python ist nicht mehr da.</translation>
    </message>
    <message>
        <source>The general image features that this training starts from are not installed.</source>
        <translation>Die allgemeinen Bildmerkmale, mit denen dieses Training beginnt, sind nicht installiert.</translation>
    </message>
    <message>
        <source>Wait until that has ended.</source>
        <translation>Warten Sie, bis das fertig ist.</translation>
    </message>
</context>
<context>
    <name>SemiGDALib.texts</name>
    <message>
        <source>Apple graphics (MPS)</source>
        <translation>Apple-Grafik (MPS)</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>Graphics card (CUDA)</source>
        <translation>Grafikkarte (CUDA)</translation>
    </message>
    <message>
        <source>about {count} min left</source>
        <translation>noch etwa {count} min</translation>
    </message>
    <message>
        <source>about {count} s left</source>
        <translation>noch etwa {count} s</translation>
    </message>
</context>
<context>
    <name>SemiGDASegment</name>
    <message>
        <source>A region of interest (ROI): only what lies inside this box is segmented. None: the whole volume.</source>
        <translation>Eine Region (ROI): Nur was in diesem Kasten liegt, wird segmentiert. Keine: das ganze Volumen.</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Erweitert</translation>
    </message>
    <message>
        <source>Branches:</source>
        <translation>Zweige:</translation>
    </message>
    <message>
        <source>Centre the slice views on the next place where the model is in doubt, most doubtful first.</source>
        <translation>Die Schichtansichten auf die nächste fragliche Stelle zentrieren, die fraglichste zuerst.</translation>
    </message>
    <message>
        <source>Choices that are rarely changed.</source>
        <translation>Einstellungen, die man selten ändert.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close this message.</source>
        <translation>Diese Meldung schließen.</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>Bericht kopieren</translation>
    </message>
    <message>
        <source>Copy versions, options, timings, errors and the log to the clipboard. The report holds no patient data.</source>
        <translation>Versionen, Optionen, Zeiten, Fehler und das Protokoll in die Zwischenablage kopieren. Der Bericht enthält keine Patientendaten.</translation>
    </message>
    <message>
        <source>Create new segmentation</source>
        <translation>Neue Segmentierung anlegen</translation>
    </message>
    <message>
        <source>Device:</source>
        <translation>Gerät:</translation>
    </message>
    <message>
        <source>Do what the message proposes.</source>
        <translation>Tun, was die Meldung vorschlägt.</translation>
    </message>
    <message>
        <source>Hide results of other volumes</source>
        <translation>Andere Ergebnisse ausblenden</translation>
    </message>
    <message>
        <source>How many places are doubtful.</source>
        <translation>Wie viele Stellen fraglich sind.</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>Eingaben</translation>
    </message>
    <message>
        <source>Keep all parts</source>
        <translation>Alle Teile behalten</translation>
    </message>
    <message>
        <source>Lay a map over the image that shows where the model is in doubt (0 to 100): the chance that a voxel's label is wrong, doubled, as the model itself estimates it.</source>
        <translation>Eine Karte über das Bild legen, die zeigt, wo das Modell zweifelt (0 bis 100): die Wahrscheinlichkeit, dass das Label eines Voxels falsch ist, verdoppelt, wie das Modell sie selbst schätzt.</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Look at the models: add, download, export or delete one.</source>
        <translation>Die Modelle ansehen: hinzufügen, herunterladen, exportieren oder löschen.</translation>
    </message>
    <message>
        <source>Make a review map</source>
        <translation>Prüfkarte erstellen</translation>
    </message>
    <message>
        <source>Model:</source>
        <translation>Modell:</translation>
    </message>
    <message>
        <source>Models...</source>
        <translation>Modelle...</translation>
    </message>
    <message>
        <source>Next doubtful spot</source>
        <translation>Nächste fragliche Stelle</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>Ausgaben</translation>
    </message>
    <message>
        <source>Place ROI</source>
        <translation>ROI setzen</translation>
    </message>
    <message>
        <source>Place a box in the middle of the volume, or show the chosen one; drag its handles in the views to move, resize and turn it.</source>
        <translation>Einen Kasten in die Mitte des Volumens setzen oder den gewählten zeigen; ziehen Sie in den Ansichten an seinen Griffen, um ihn zu verschieben, zu vergrößern und zu drehen.</translation>
    </message>
    <message>
        <source>Progress of the segmentation.</source>
        <translation>Fortschritt der Segmentierung.</translation>
    </message>
    <message>
        <source>Region:</source>
        <translation>Region:</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>Reparieren</translation>
    </message>
    <message>
        <source>Replace voxels that are not numbers</source>
        <translation>Ungültige Voxelwerte ersetzen</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Results of other volumes that are hidden now.</source>
        <translation>Ergebnisse anderer Volumen, die jetzt ausgeblendet sind.</translation>
    </message>
    <message>
        <source>See the &lt;a href="{address}"&gt;documentation&lt;/a&gt; and its tutorial.</source>
        <translation>Mehr dazu in der &lt;a href="{address}"&gt;Dokumentation&lt;/a&gt; und ihrem Tutorial.</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>Segmentieren</translation>
    </message>
    <message>
        <source>Segment the input volume.</source>
        <translation>Das Eingabevolumen segmentieren.</translation>
    </message>
    <message>
        <source>Segmentation:</source>
        <translation>Ergebnis:</translation>
    </message>
    <message>
        <source>Segments a volume with a SemiGDA model (Semi-supervised Generative Dual-distribution Alignment) and shows where the model is in doubt. Choose a volume and a model, then click Segment.</source>
        <translation>Segmentiert ein Volumen mit einem SemiGDA-Modell (Semi-supervised Generative Dual-distribution Alignment) und zeigt, wo das Modell zweifelt. Wählen Sie ein Volumen und ein Modell, und klicken Sie auf „Segmentieren“.</translation>
    </message>
    <message>
        <source>Select a volume</source>
        <translation>Volumen wählen</translation>
    </message>
    <message>
        <source>SemiGDA Segment</source>
        <translation>SemiGDA Segment</translation>
    </message>
    <message>
        <source>Show 3D</source>
        <translation>3D zeigen</translation>
    </message>
    <message>
        <source>Show review map</source>
        <translation>Prüfkarte zeigen</translation>
    </message>
    <message>
        <source>Show the segments' surfaces in the 3D view.</source>
        <translation>Die Oberflächen der Segmente in der 3D-Ansicht zeigen.</translation>
    </message>
    <message>
        <source>Skipped: no model is installed, or requirements are missing.</source>
        <translation>Übersprungen: Es ist kein Modell installiert, oder es fehlen Voraussetzungen.</translation>
    </message>
    <message>
        <source>Some files contain invalid voxels (NaN or infinite). Off: they are counted and refused. On: they are replaced before computing; the input volume is not changed.</source>
        <translation>Manche Dateien enthalten ungültige Voxel (NaN oder unendlich). Aus: Sie werden gezählt und abgelehnt. Ein: Sie werden vor dem Rechnen ersetzt; das Eingabevolumen bleibt unverändert.</translation>
    </message>
    <message>
        <source>Some models leave out connected parts less than a fifth as large as the largest part of their structure. On: these are kept as well, such as a small second lesion.</source>
        <translation>Manche Modelle lassen zusammenhängende Teile weg, die weniger als ein Fünftel so groß sind wie der größte Teil ihrer Struktur. Ein: Auch sie bleiben, etwa eine kleine zweite Läsion.</translation>
    </message>
    <message>
        <source>Store a map of where the model is in doubt, as a volume beside the input.</source>
        <translation>Eine Karte der Zweifel des Modells als Volumen neben der Eingabe speichern.</translation>
    </message>
    <message>
        <source>Test passed.</source>
        <translation>Test bestanden.</translation>
    </message>
    <message>
        <source>The current step, and about how long is left.</source>
        <translation>Der aktuelle Schritt und etwa wie lange es noch dauert.</translation>
    </message>
    <message>
        <source>The image to segment: a scalar (grey) or vector (colour) volume. It is not changed.</source>
        <translation>Das zu segmentierende Bild: ein skalares (graues) oder Vektorvolumen (farbig). Es bleibt unverändert.</translation>
    </message>
    <message>
        <source>The method follows SemiGDA, arXiv 2604.23274.</source>
        <translation>Die Methode folgt SemiGDA, arXiv 2604.23274.</translation>
    </message>
    <message>
        <source>The model's card: what it finds, in which images, and what it was trained on.</source>
        <translation>Die Karte des Modells: was es findet, in welchen Bildern und womit es trainiert wurde.</translation>
    </message>
    <message>
        <source>The model. Models come with SemiGDA, or are added under Models.</source>
        <translation>Das Modell. Modelle gehören zu SemiGDA oder werden unter „Modelle“ hinzugefügt.</translation>
    </message>
    <message>
        <source>The segmentation that gets the new segments. One that you choose keeps its own.</source>
        <translation>Die Segmentierung, die die neuen Segmente erhält. Eine von Ihnen gewählte behält ihre eigenen.</translation>
    </message>
    <message>
        <source>The segmentation that these results belong to.</source>
        <translation>Die Segmentierung, zu der diese Ergebnisse gehören.</translation>
    </message>
    <message>
        <source>The segments found. Double-click one to centre the slice views on it.</source>
        <translation>Die gefundenen Segmente. Doppelklicken Sie auf eines, um die Schichtansichten darauf zu zentrieren.</translation>
    </message>
    <message>
        <source>Volume:</source>
        <translation>Volumen:</translation>
    </message>
    <message>
        <source>What is wrong, and what to do.</source>
        <translation>Was nicht stimmt und was zu tun ist.</translation>
    </message>
    <message>
        <source>What to segment, and with which model.</source>
        <translation>Was segmentiert wird und mit welchem Modell.</translation>
    </message>
    <message>
        <source>What was done, newest last.</source>
        <translation>Was getan wurde, das Neueste zuletzt.</translation>
    </message>
    <message>
        <source>What was done.</source>
        <translation>Was getan wurde.</translation>
    </message>
    <message>
        <source>What was found, and where to look first.</source>
        <translation>Was gefunden wurde und wo zuerst hinzusehen ist.</translation>
    </message>
    <message>
        <source>When you choose another input, results of other volumes are hidden in all views, so that none is mistaken for this one's. They come back with their volume.</source>
        <translation>Wenn Sie eine andere Eingabe wählen, werden Ergebnisse anderer Volumen in allen Ansichten ausgeblendet, damit keines verwechselt wird. Sie kommen mit ihrem Volumen zurück.</translation>
    </message>
    <message>
        <source>Where the result goes.</source>
        <translation>Wohin das Ergebnis kommt.</translation>
    </message>
    <message>
        <source>Where to compute. Automatic uses the graphics card if there is one that works.</source>
        <translation>Wo gerechnet wird. „Automatisch“ nimmt die Grafikkarte, wenn eine funktioniert.</translation>
    </message>
    <message>
        <source>Which branches of the model to run. With both, their mean segments, and the review map shows its doubt.</source>
        <translation>Welche Zweige des Modells rechnen. Mit beiden segmentiert ihr Mittel, und die Prüfkarte zeigt dessen Zweifel.</translation>
    </message>
    <message>
        <source>Whole volume</source>
        <translation>Ganzes Volumen</translation>
    </message>
</context>
<context>
    <name>SemiGDATrain</name>
    <message>
        <source>Another case is being labelled.</source>
        <translation>Ein anderer Fall wird gerade gelabelt.</translation>
    </message>
    <message>
        <source>Choose a folder for a new project. It keeps the list of cases, the labels and the trainings; your images stay where they are.</source>
        <translation>Wählen Sie einen Ordner für ein neues Projekt. Er enthält die Liste der Fälle, die Labels und die Trainings; Ihre Bilder bleiben, wo sie sind.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close this message.</source>
        <translation>Diese Meldung schließen.</translation>
    </message>
    <message>
        <source>Continue labelling</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Discard the changes, and remove image and label from the scene. The case keeps its previous label.</source>
        <translation>Die Änderungen verwerfen und Bild und Label aus der Szene entfernen. Der Fall behält sein voriges Label.</translation>
    </message>
    <message>
        <source>Do what the message proposes.</source>
        <translation>Tun, was die Meldung vorschlägt.</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>New...</source>
        <translation>Neu...</translation>
    </message>
    <message>
        <source>No project is open</source>
        <translation>Kein Projekt ist geöffnet</translation>
    </message>
    <message>
        <source>Open Segment Editor again with this case's label.</source>
        <translation>Den Segment Editor wieder mit dem Label dieses Falls öffnen.</translation>
    </message>
    <message>
        <source>Open the folder of an existing project.</source>
        <translation>Den Ordner eines vorhandenen Projekts öffnen.</translation>
    </message>
    <message>
        <source>Open...</source>
        <translation>Öffnen...</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>Zuletzt</translation>
    </message>
    <message>
        <source>Recently opened projects.</source>
        <translation>Zuletzt geöffnete Projekte.</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>Reparieren</translation>
    </message>
    <message>
        <source>Save label</source>
        <translation>Label speichern</translation>
    </message>
    <message>
        <source>Save or discard its label first.</source>
        <translation>Speichern oder verwerfen Sie zuerst sein Label.</translation>
    </message>
    <message>
        <source>Save the label in the project's folder, and remove image and label from the scene. Your own files are not changed.</source>
        <translation>Das Label im Projektordner speichern und Bild und Label aus der Szene entfernen. Ihre eigenen Dateien bleiben unverändert.</translation>
    </message>
    <message>
        <source>See the &lt;a href="{address}"&gt;documentation&lt;/a&gt; and its tutorial.</source>
        <translation>Mehr dazu in der &lt;a href="{address}"&gt;Dokumentation&lt;/a&gt; und ihrem Tutorial.</translation>
    </message>
    <message>
        <source>SemiGDA Train</source>
        <translation>SemiGDA Train</translation>
    </message>
    <message>
        <source>Test passed.</source>
        <translation>Test bestanden.</translation>
    </message>
    <message>
        <source>The case whose label is open in Segment Editor.</source>
        <translation>Der Fall, dessen Label im Segment Editor geöffnet ist.</translation>
    </message>
    <message>
        <source>The method follows SemiGDA, arXiv 2604.23274.</source>
        <translation>Die Methode folgt SemiGDA, arXiv 2604.23274.</translation>
    </message>
    <message>
        <source>The one thing to do next.</source>
        <translation>Das Eine, was als Nächstes zu tun ist.</translation>
    </message>
    <message>
        <source>The open training project.</source>
        <translation>Das geöffnete Trainingsprojekt.</translation>
    </message>
    <message>
        <source>Trains a SemiGDA model (Semi-supervised Generative Dual-distribution Alignment) on your own images: a few with a label, and as many as you have without. Create a project, then follow the sentence at the top.</source>
        <translation>Trainiert ein SemiGDA-Modell (Semi-supervised Generative Dual-distribution Alignment) mit Ihren eigenen Bildern: einige mit Label und so viele, wie Sie haben, ohne. Legen Sie ein Projekt an, und folgen Sie dann dem Satz ganz oben.</translation>
    </message>
    <message>
        <source>What is wrong, and what to do.</source>
        <translation>Was nicht stimmt und was zu tun ist.</translation>
    </message>
    <message>
        <source>What was done, and when.</source>
        <translation>Was wann getan wurde.</translation>
    </message>
    <message>
        <source>What was done, and when. Useful in a report to the developers.</source>
        <translation>Was wann getan wurde. Nützlich in einem Bericht an die Entwickler.</translation>
    </message>
</context>
<context>
    <name>Training</name>
    <message>
        <source>Back and forth in time: the newest picture is at the right.</source>
        <translation>Zurück und vor in der Zeit: Das neueste Bild ist rechts.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancel the training? It ends without a model.</source>
        <translation>Das Training abbrechen? Es endet ohne Modell.</translation>
    </message>
    <message>
        <source>Change the settings to what fits this computer.</source>
        <translation>Die Einstellungen an diesen Computer anpassen.</translation>
    </message>
    <message>
        <source>Continue the training where it stopped.</source>
        <translation>Das Training dort fortsetzen, wo es anhielt.</translation>
    </message>
    <message>
        <source>End the training now and keep the model as it is.</source>
        <translation>Das Training jetzt beenden und das Modell so behalten.</translation>
    </message>
    <message>
        <source>End the training without a model.</source>
        <translation>Das Training ohne Modell beenden.</translation>
    </message>
    <message>
        <source>How the network segments some slices.</source>
        <translation>Was das Netz aus einigen Schichten macht.</translation>
    </message>
    <message>
        <source>Keep training.</source>
        <translation>Weiter trainieren.</translation>
    </message>
    <message>
        <source>No, continue</source>
        <translation>Nein, weiter</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Progress of the rehearsal.</source>
        <translation>Fortschritt des Probelaufs.</translation>
    </message>
    <message>
        <source>Progress of the whole training.</source>
        <translation>Fortschritt des ganzen Trainings.</translation>
    </message>
    <message>
        <source>Rehearse</source>
        <translation>Probelauf</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Save and end the process within 10 s; memory and graphics card are free until you resume.</source>
        <translation>Speichern und den Prozess innerhalb von 10 s beenden; Speicher und Grafikkarte sind frei, bis Sie fortsetzen.</translation>
    </message>
    <message>
        <source>Show in plot view</source>
        <translation>Im Diagramm zeigen</translation>
    </message>
    <message>
        <source>Show this curve large, in Slicer's plot view. It follows the training.</source>
        <translation>Diese Kurve groß in Slicers Diagrammansicht zeigen. Sie folgt dem Training.</translation>
    </message>
    <message>
        <source>Start training</source>
        <translation>Training starten</translation>
    </message>
    <message>
        <source>Stop and keep the model</source>
        <translation>Beenden, Modell behalten</translation>
    </message>
    <message>
        <source>Stop and keep the model, above, ends early with a model.</source>
        <translation>„Beenden, Modell behalten“ oben endet früh und mit Modell.</translation>
    </message>
    <message>
        <source>Stop the rehearsal.</source>
        <translation>Den Probelauf abbrechen.</translation>
    </message>
    <message>
        <source>Takes up to 2 minutes: loads, trains a few steps, validates and saves on this computer, to measure time and memory.</source>
        <translation>Dauert höchstens 2 Minuten: lädt, trainiert einige Schritte, validiert und speichert auf diesem Computer, um Zeit und Speicher zu messen.</translation>
    </message>
    <message>
        <source>The curve so far; steps run to the right. Dice is measured on held-out cases.</source>
        <translation>Die Kurve bisher; Schritte nach rechts. Dice wird auf Testfällen gemessen.</translation>
    </message>
    <message>
        <source>Time and memory that the training needs on this computer.</source>
        <translation>Zeit und Speicher, die das Training auf diesem Computer braucht.</translation>
    </message>
    <message>
        <source>Train in the background. It continues if you close Slicer.</source>
        <translation>Im Hintergrund trainieren. Es läuft weiter, wenn Sie Slicer schließen.</translation>
    </message>
    <message>
        <source>Use what fits</source>
        <translation>Passendes verwenden</translation>
    </message>
    <message>
        <source>What the colours mean, with the newest values.</source>
        <translation>Was die Farben bedeuten, mit den neuesten Werten.</translation>
    </message>
    <message>
        <source>What the columns show, and when in the training.</source>
        <translation>Was die Spalten zeigen und wann im Training.</translation>
    </message>
    <message>
        <source>What the rehearsal is doing.</source>
        <translation>Was der Probelauf gerade tut.</translation>
    </message>
    <message>
        <source>What the training does not find, and the likely causes.</source>
        <translation>Was das Training nicht findet und die wahrscheinlichen Ursachen.</translation>
    </message>
    <message>
        <source>What the training is doing.</source>
        <translation>Was das Training gerade tut.</translation>
    </message>
    <message>
        <source>Which curve to show.</source>
        <translation>Welche Kurve gezeigt wird.</translation>
    </message>
    <message>
        <source>Which pictures to show.</source>
        <translation>Welche Bilder gezeigt werden.</translation>
    </message>
    <message>
        <source>Yes, cancel it</source>
        <translation>Ja, abbrechen</translation>
    </message>
</context>
<context>
    <name>base.advanced</name>
    <message>
        <source>As the images need</source>
        <translation>Wie die Bilder es brauchen</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Axial</source>
        <translation>Axial</translation>
    </message>
    <message>
        <source>Coronal</source>
        <translation>Koronal</translation>
    </message>
    <message>
        <source>Sagittal</source>
        <translation>Sagittal</translation>
    </message>
</context>
<context>
    <name>base.section</name>
    <message>
        <source>Base and preset</source>
        <translation>Basis und Voreinstellung</translation>
    </message>
    <message>
        <source>Begins with what a network learned from a million photographs: the best start with few labels.</source>
        <translation>Beginnt mit dem, was ein Netz aus einer Million Fotos gelernt hat: der beste Beginn mit wenigen Labels.</translation>
    </message>
    <message>
        <source>Builds on what this model knows: fastest, and best for similar images.</source>
        <translation>Baut auf dem auf, was dieses Modell weiß: am schnellsten und am besten für ähnliche Bilder.</translation>
    </message>
    <message>
        <source>Choose another.</source>
        <translation>Wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Has already learned what images look like; learns to segment from yours.</source>
        <translation>Weiß schon, wie Bilder aussehen; lernt aus Ihren zu segmentieren.</translation>
    </message>
    <message>
        <source>Install the general image features, or start from scratch.</source>
        <translation>Installieren Sie die allgemeinen Bildmerkmale, oder beginnen Sie bei null.</translation>
    </message>
    <message>
        <source>Learns from your images alone: needs more labels and takes longest.</source>
        <translation>Lernt allein aus Ihren Bildern: braucht mehr Labels und am längsten.</translation>
    </message>
    <message>
        <source>Not installed yet ({size} MB, Apache-2.0). Without them the model learns from your images alone, and is clearly worse with few labels.</source>
        <translation>Noch nicht installiert ({size} MB, Apache-2.0). Ohne sie lernt das Modell allein aus Ihren Bildern und ist bei wenigen Labels deutlich schlechter.</translation>
    </message>
    <message>
        <source>The chosen base no longer exists. Choose another one.</source>
        <translation>Die gewählte Basis gibt es nicht mehr. Wählen Sie eine andere.</translation>
    </message>
    <message>
        <source>{name} (cannot be used)</source>
        <translation>{name} (nicht verwendbar)</translation>
    </message>
    <message>
        <source>{name} (recommended)</source>
        <translation>{name} (empfohlen)</translation>
    </message>
    <message>
        <source>{name} (starter model)</source>
        <translation>{name} (Startmodell)</translation>
    </message>
    <message>
        <source>{preset}, from scratch</source>
        <translation>{preset}, von null</translation>
    </message>
    <message>
        <source>{preset}, from {base}</source>
        <translation>{preset}, mit {base}</translation>
    </message>
</context>
<context>
    <name>cases.class_list</name>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Add a class</source>
        <translation>Klasse hinzufügen</translation>
    </message>
    <message>
        <source>Checked labels that contain this class.</source>
        <translation>Geprüfte Labels, die diese Klasse enthalten.</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <source>Double-click to choose another colour.</source>
        <translation>Doppelklicken Sie, um eine andere Farbe zu wählen.</translation>
    </message>
    <message>
        <source>Double-click to rename; labels are not changed.</source>
        <translation>Doppelklicken Sie zum Umbenennen; Labels bleiben unverändert.</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>Labels</translation>
    </message>
    <message>
        <source>What should be segmented, such as liver or tumour?</source>
        <translation>Was soll segmentiert werden, etwa Leber oder Tumor?</translation>
    </message>
</context>
<context>
    <name>cases.folder_dialog</name>
    <message>
        <source>1 DICOM file</source>
        <translation>1 DICOM-Datei</translation>
    </message>
    <message>
        <source>A pattern (regular expression)</source>
        <translation>Ein Muster (regulärer Ausdruck)</translation>
    </message>
    <message>
        <source>A program made these labels; nobody corrected them</source>
        <translation>Ein Programm hat diese Labels erstellt; niemand hat sie korrigiert</translation>
    </message>
    <message>
        <source>A regular expression. Its match in the file name, or its first (group), names the patient.</source>
        <translation>Ein regulärer Ausdruck. Sein Treffer im Dateinamen oder dessen erste (Gruppe) nennt den Patienten.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Add a folder of images</source>
        <translation>Ordner mit Bildern hinzufügen</translation>
    </message>
    <message>
        <source>Choose a folder of images.</source>
        <translation>Wählen Sie einen Ordner mit Bildern.</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>How each file is used. Labels are matched by name.</source>
        <translation>Wie jede Datei verwendet wird. Labels werden über ihren Namen zugeordnet.</translation>
    </message>
    <message>
        <source>Images that match several labels and are added without one: {count}.</source>
        <translation>Bilder, zu denen mehrere Labels passen und die ohne Label hinzukommen: {count}.</translation>
    </message>
    <message>
        <source>Images:</source>
        <translation>Bilder:</translation>
    </message>
    <message>
        <source>Images: {count}, with a label: {labelled}. Patients: {patients}.</source>
        <translation>Bilder: {count}, mit Label: {labelled}. Patienten: {patients}.</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>Label</translation>
    </message>
    <message>
        <source>Labels without an image, left out: {count}.</source>
        <translation>Labels ohne Bild, weggelassen: {count}.</translation>
    </message>
    <message>
        <source>Labels:</source>
        <translation>Labels:</translation>
    </message>
    <message>
        <source>One patient per image, unless file names say otherwise</source>
        <translation>Ein Patient je Bild, wenn Dateinamen nichts anderes sagen</translation>
    </message>
    <message>
        <source>Other files, left out: {count}.</source>
        <translation>Andere Dateien, weggelassen: {count}.</translation>
    </message>
    <message>
        <source>Patient</source>
        <translation>Patient</translation>
    </message>
    <message>
        <source>Patient:</source>
        <translation>Patient:</translation>
    </message>
    <message>
        <source>Such labels are used for training, but never to score a model. Labels made by SemiGDA are recognised automatically.</source>
        <translation>Solche Labels dienen dem Training, aber nie der Bewertung eines Modells. Von SemiGDA erstellte Labels werden automatisch erkannt.</translation>
    </message>
    <message>
        <source>The first number in the name</source>
        <translation>Die erste Zahl im Namen</translation>
    </message>
    <message>
        <source>The first {count} are shown.</source>
        <translation>Die ersten {count} werden gezeigt.</translation>
    </message>
    <message>
        <source>The folder cannot be read.</source>
        <translation>Der Ordner kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The folder with the images.</source>
        <translation>Der Ordner mit den Bildern.</translation>
    </message>
    <message>
        <source>The folder with the labels; leave it empty if they are beside the images.</source>
        <translation>Der Ordner mit den Labels; lassen Sie ihn leer, wenn sie neben den Bildern liegen.</translation>
    </message>
    <message>
        <source>The name up to the first _ or -</source>
        <translation>Der Name bis zum ersten _ oder -</translation>
    </message>
    <message>
        <source>Used as</source>
        <translation>Verwendet als</translation>
    </message>
    <message>
        <source>Which part of a file name identifies the patient; the list below shows the outcome. Images of one patient are never split between training and scoring.</source>
        <translation>Welcher Teil eines Dateinamens den Patienten nennt; die Liste unten zeigt, was herauskommt. Bilder eines Patienten werden nie auf Training und Bewertung verteilt.</translation>
    </message>
    <message>
        <source>image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>label without an image, left out</source>
        <translation>Label ohne Bild, weggelassen</translation>
    </message>
    <message>
        <source>several match</source>
        <translation>mehrere passen</translation>
    </message>
    <message>
        <source>such as  ^(patient\d+)_</source>
        <translation>etwa  ^(patient\d+)_</translation>
    </message>
    <message>
        <source>{count} DICOM files</source>
        <translation>{count} DICOM-Dateien</translation>
    </message>
    <message>
        <source>{why}, left out</source>
        <translation>{why}, weggelassen</translation>
    </message>
</context>
<context>
    <name>cases.mapping_dialog</name>
    <message>
        <source>Cases</source>
        <translation>Fälle</translation>
    </message>
    <message>
        <source>Choose the class of every segment.</source>
        <translation>Wählen Sie die Klasse jedes Segments.</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <source>Decide later</source>
        <translation>Später entscheiden</translation>
    </message>
    <message>
        <source>In the labels</source>
        <translation>In den Labels</translation>
    </message>
    <message>
        <source>In the results</source>
        <translation>In den Ergebnissen</translation>
    </message>
    <message>
        <source>Leave it out</source>
        <translation>Weglassen</translation>
    </message>
    <message>
        <source>New class '{name}'</source>
        <translation>Neue Klasse „{name}“</translation>
    </message>
    <message>
        <source>Some segments in the labels have no class in this project yet. Spellings may differ between cases: give segments that mean the same thing the same class.</source>
        <translation>Einige Segmente in den Labels haben in diesem Projekt noch keine Klasse. Schreibweisen dürfen sich von Fall zu Fall unterscheiden: Geben Sie Segmenten, die dasselbe meinen, dieselbe Klasse.</translation>
    </message>
    <message>
        <source>The class of this segment; or leave it out of the training.</source>
        <translation>Die Klasse dieses Segments; oder lassen Sie es vom Training weg.</translation>
    </message>
    <message>
        <source>Unlabelled: no class, and not background</source>
        <translation>Ungelabelt: keine Klasse und kein Hintergrund</translation>
    </message>
    <message>
        <source>Use these classes</source>
        <translation>Diese Klassen verwenden</translation>
    </message>
    <message>
        <source>What are these segments?</source>
        <translation>Was sind diese Segmente?</translation>
    </message>
    <message>
        <source>Which classes are these segments of {program}? What you leave out does not teach; a class that it never finds is left to the labels.</source>
        <translation>Welche Klassen sind diese Segmente von {program}? Von dem, was Sie weglassen, wird nicht gelernt; eine Klasse, die das Programm nie findet, wird allein aus den Labels gelernt.</translation>
    </message>
    <message>
        <source>value {name}</source>
        <translation>Wert {name}</translation>
    </message>
    <message>
        <source>{count} of {all}</source>
        <translation>{count} von {all}</translation>
    </message>
</context>
<context>
    <name>cases.missing_files</name>
    <message>
        <source>1 case found, {missing} still missing.</source>
        <translation>1 Fall gefunden, {missing} fehlen noch.</translation>
    </message>
    <message>
        <source>1 case is left out because its files are missing.</source>
        <translation>1 Fall bleibt weg, weil seine Dateien fehlen.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancelling...</source>
        <translation>Wird abgebrochen...</translation>
    </message>
    <message>
        <source>Files with the right name but other contents, not accepted: {names}</source>
        <translation>Dateien mit richtigem Namen, aber anderem Inhalt, nicht angenommen: {names}</translation>
    </message>
    <message>
        <source>Relocate...</source>
        <translation>Suchen...</translation>
    </message>
    <message>
        <source>Searching...</source>
        <translation>Suche läuft...</translation>
    </message>
    <message>
        <source>Where are the files now?</source>
        <translation>Wo sind die Dateien jetzt?</translation>
    </message>
    <message>
        <source>{count} cases are left out because their files are missing.</source>
        <translation>{count} Fälle bleiben weg, weil ihre Dateien fehlen.</translation>
    </message>
    <message>
        <source>{count} cases found, {missing} still missing.</source>
        <translation>{count} Fälle gefunden, {missing} fehlen noch.</translation>
    </message>
</context>
<context>
    <name>cases.program_results</name>
    <message>
        <source>1 case has a result of {program}.</source>
        <translation>1 Fall hat ein Ergebnis von {program}.</translation>
    </message>
    <message>
        <source>A segment of another program has no class...</source>
        <translation>Ergebnisse: ein Segment ohne Klasse...</translation>
    </message>
    <message>
        <source>{count} cases have a result of {program}.</source>
        <translation>{count} Fälle haben ein Ergebnis von {program}.</translation>
    </message>
    <message>
        <source>{count} segments of other programs have no class...</source>
        <translation>Ergebnisse: {count} Segmente ohne Klasse...</translation>
    </message>
</context>
<context>
    <name>cases.results_dialog</name>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Add results for labelled cases too: else these teach nothing.</source>
        <translation>Auch Ergebnisse für Fälle mit Label hinzufügen: Sonst wird von diesen nicht gelernt.</translation>
    </message>
    <message>
        <source>Add results of another program</source>
        <translation>Ergebnisse eines anderen Programms hinzufügen</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>Fall</translation>
    </message>
    <message>
        <source>Choose a folder of results.</source>
        <translation>Wählen Sie einen Ordner mit Ergebnissen.</translation>
    </message>
    <message>
        <source>Name the program: up to 64 letters, no slash.</source>
        <translation>Nennen Sie das Programm: bis zu 64 Zeichen, kein Schrägstrich.</translation>
    </message>
    <message>
        <source>No file has the name of a case's image.</source>
        <translation>Keine Datei heißt wie das Bild eines Falls.</translation>
    </message>
    <message>
        <source>Program:</source>
        <translation>Programm:</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Results:</source>
        <translation>Ergebnisse:</translation>
    </message>
    <message>
        <source>The folder cannot be read.</source>
        <translation>Der Ordner kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The folder with the results.</source>
        <translation>Der Ordner mit den Ergebnissen.</translation>
    </message>
    <message>
        <source>The program's name; the model's card and reports show it.</source>
        <translation>Der Name des Programms; er steht in der Karte des Modells und in Berichten.</translation>
    </message>
    <message>
        <source>Unlabelled cases to learn from: {count}; labelled ones to measure it: {labelled}.</source>
        <translation>Fälle ohne Label, von denen gelernt wird: {count}; mit Label, an denen gemessen wird: {labelled}.</translation>
    </message>
    <message>
        <source>Used to</source>
        <translation>Dient zum</translation>
    </message>
    <message>
        <source>What another program made of the images: a file for each, or a folder with a file for each structure, with the image's name. Results of unlabelled cases teach as long as they are better than the model. Those of labelled cases tell how good the program is: without any, it teaches nothing. They never score a model and never count as labels.</source>
        <translation>Was ein anderes Programm aus den Bildern gemacht hat: für jedes eine Datei, oder ein Ordner mit einer Datei für jede Struktur, mit dem Namen des Bildes. Von Ergebnissen der Fälle ohne Label wird gelernt, solange sie besser sind als das Modell. Die der Fälle mit Label zeigen, wie gut das Programm ist: Ohne sie wird nichts von ihm gelernt. Sie bewerten nie ein Modell und zählen nie als Labels.</translation>
    </message>
    <message>
        <source>Which case each result belongs to. They are matched by name.</source>
        <translation>Zu welchem Fall jedes Ergebnis gehört. Sie werden nach Namen zugeordnet.</translation>
    </message>
    <message>
        <source>measure</source>
        <translation>Messen</translation>
    </message>
    <message>
        <source>no case has this name</source>
        <translation>kein Fall heißt so</translation>
    </message>
    <message>
        <source>nothing now</source>
        <translation>derzeit zu nichts</translation>
    </message>
    <message>
        <source>several match</source>
        <translation>mehrere passen</translation>
    </message>
    <message>
        <source>such as  TotalSegmentator</source>
        <translation>zum Beispiel  TotalSegmentator</translation>
    </message>
    <message>
        <source>teach</source>
        <translation>Lernen</translation>
    </message>
    <message>
        <source>{name}: 1 structure</source>
        <translation>{name}: 1 Struktur</translation>
    </message>
    <message>
        <source>{name}: {count} structures</source>
        <translation>{name}: {count} Strukturen</translation>
    </message>
</context>
<context>
    <name>cases.scene_dialog</name>
    <message>
        <source>A segmentation made by SemiGDA counts as your own label only after you have corrected it; otherwise it is never used to score a model.</source>
        <translation>Eine von SemiGDA erstellte Segmentierung gilt erst als Ihr Label, wenn Sie sie korrigiert haben; sonst wird nie ein Modell daran gemessen.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Add from the scene</source>
        <translation>Aus der Szene hinzufügen</translation>
    </message>
    <message>
        <source>I have reviewed and corrected the models' segmentations</source>
        <translation>Ich habe die Segmentierungen der Modelle geprüft und korrigiert</translation>
    </message>
    <message>
        <source>If a model made it, I have reviewed and corrected it</source>
        <translation>Falls ein Modell sie erstellte: Ich habe sie geprüft und korrigiert</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>Label</translation>
    </message>
    <message>
        <source>Label from the scene</source>
        <translation>Label aus der Szene</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keines</translation>
    </message>
    <message>
        <source>Segmentations and label maps of the scene.</source>
        <translation>Segmentierungen und Labelkarten der Szene.</translation>
    </message>
    <message>
        <source>Stored</source>
        <translation>Gespeichert</translation>
    </message>
    <message>
        <source>The label of this volume; with None the case is unlabelled.</source>
        <translation>Das Label dieses Volumens; mit „Keines“ ist der Fall ungelabelt.</translation>
    </message>
    <message>
        <source>The scene contains no segmentation and no label map.</source>
        <translation>Die Szene enthält keine Segmentierung und keine Labelkarte.</translation>
    </message>
    <message>
        <source>The volumes you tick become cases. Volumes and label maps that were changed here, or have no file, are copied uncompressed into the project's folder under an anonymous name; others stay where they are. Segmentations are always copied.</source>
        <translation>Die angekreuzten Volumen werden Fälle. Volumen und Labelkarten, die hier geändert wurden oder keine Datei haben, werden unkomprimiert und unter anonymem Namen in den Projektordner kopiert; andere bleiben, wo sie sind. Segmentierungen werden immer kopiert.</translation>
    </message>
    <message>
        <source>Tick the volumes to add, and choose each one's label.</source>
        <translation>Kreuzen Sie die Volumen an, und wählen Sie zu jedem das Label.</translation>
    </message>
    <message>
        <source>Uncorrected labels made by a model are never used to score a model.</source>
        <translation>Nicht korrigierte Labels eines Modells werden nie zur Bewertung eines Modells verwendet.</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Volumen</translation>
    </message>
    <message>
        <source>Which segmentation or label map is the label? Segmentations are copied.</source>
        <translation>Welche Segmentierung oder Labelkarte ist das Label? Segmentierungen werden kopiert.</translation>
    </message>
    <message>
        <source>copied</source>
        <translation>kopiert</translation>
    </message>
    <message>
        <source>in its file</source>
        <translation>in seiner Datei</translation>
    </message>
    <message>
        <source>{name} (made by a model)</source>
        <translation>{name} (vom Modell)</translation>
    </message>
</context>
<context>
    <name>cases.section</name>
    <message>
        <source>1 case added, {known} already there.</source>
        <translation>1 Fall hinzugefügt, schon da: {known}.</translation>
    </message>
    <message>
        <source>1 existing case now has a label.</source>
        <translation>1 vorhandener Fall hat jetzt ein Label.</translation>
    </message>
    <message>
        <source>A case keeps its label: another one was not taken.</source>
        <translation>Ein Fall behält sein Label: ein anderes wurde nicht übernommen.</translation>
    </message>
    <message>
        <source>A file was left out: {names}.</source>
        <translation>Eine Datei wurde weggelassen: {names}.</translation>
    </message>
    <message>
        <source>A label cannot be read, and was left out: {names}.</source>
        <translation>Ein Label kann nicht gelesen werden und wurde weggelassen: {names}.</translation>
    </message>
    <message>
        <source>A label needs the name of its image, such as case1_label.nrrd for case1.nrrd.</source>
        <translation>Ein Label braucht den Namen seines Bildes, etwa case1_label.nrrd zu case1.nrrd.</translation>
    </message>
    <message>
        <source>A name for the patient of the selected cases ({count}); leave it empty if each case is a different patient. Images of one patient are never split between training and scoring.</source>
        <translation>Ein Name für den Patienten der gewählten Fälle ({count}); lassen Sie ihn leer, wenn jeder Fall ein anderer Patient ist. Bilder eines Patienten werden nie auf Training und Bewertung verteilt.</translation>
    </message>
    <message>
        <source>A segment has no class...</source>
        <translation>Ein Segment hat keine Klasse...</translation>
    </message>
    <message>
        <source>Add a class: the name of what is to be segmented.</source>
        <translation>Fügen Sie eine Klasse hinzu: den Namen dessen, was segmentiert werden soll.</translation>
    </message>
    <message>
        <source>Add images, and the labels of at least two of them.</source>
        <translation>Fügen Sie Bilder hinzu und die Labels von mindestens zweien.</translation>
    </message>
    <message>
        <source>As its label says</source>
        <translation>Wie sein Label sagt</translation>
    </message>
    <message>
        <source>As unlabelled</source>
        <translation>Als ungelabelt</translation>
    </message>
    <message>
        <source>Assign a class to each segment in the labels.</source>
        <translation>Jedem Segment in den Labels eine Klasse zuordnen.</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>Fälle</translation>
    </message>
    <message>
        <source>Choose the label</source>
        <translation>Label wählen</translation>
    </message>
    <message>
        <source>Click Relocate to find the missing files.</source>
        <translation>Klicken Sie auf „Suchen“, um die fehlenden Dateien zu finden.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Export them again from their source, and add them again.</source>
        <translation>Exportieren Sie sie noch einmal aus ihrer Quelle, und fügen Sie sie noch einmal hinzu.</translation>
    </message>
    <message>
        <source>From a file...</source>
        <translation>Aus einer Datei...</translation>
    </message>
    <message>
        <source>From the scene...</source>
        <translation>Aus der Szene...</translation>
    </message>
    <message>
        <source>Label at least two cases, better eight.</source>
        <translation>Labeln Sie mindestens zwei Fälle, besser acht.</translation>
    </message>
    <message>
        <source>Label one more case, better seven.</source>
        <translation>Labeln Sie einen weiteren Fall, besser sieben.</translation>
    </message>
    <message>
        <source>Labels ({endings})</source>
        <translation>Labels ({endings})</translation>
    </message>
    <message>
        <source>Not at all</source>
        <translation>Gar nicht</translation>
    </message>
    <message>
        <source>Remove it</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Rename...</source>
        <translation>Umbenennen...</translation>
    </message>
    <message>
        <source>Same patient</source>
        <translation>Derselbe Patient</translation>
    </message>
    <message>
        <source>Same patient...</source>
        <translation>Derselbe Patient...</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>Setzen</translation>
    </message>
    <message>
        <source>Show the cases</source>
        <translation>Fälle zeigen</translation>
    </message>
    <message>
        <source>The case's name in this list; its files are not renamed.</source>
        <translation>Der Name des Falls in dieser Liste; seine Dateien werden nicht umbenannt.</translation>
    </message>
    <message>
        <source>To replace a label, select its case, then Set label, From a file.</source>
        <translation>Um ein Label zu ersetzen, wählen Sie seinen Fall, dann Label setzen, Aus einer Datei.</translation>
    </message>
    <message>
        <source>Without results of other programs</source>
        <translation>Ohne Ergebnisse anderer Programme</translation>
    </message>
    <message>
        <source>{count} cases added, {known} already there.</source>
        <translation>{count} Fälle hinzugefügt, {known} waren schon da.</translation>
    </message>
    <message>
        <source>{count} cases keep their labels: other ones were not taken.</source>
        <translation>{count} Fälle behalten ihre Labels: andere wurden nicht übernommen.</translation>
    </message>
    <message>
        <source>{count} existing cases now have a label.</source>
        <translation>{count} vorhandene Fälle haben jetzt ein Label.</translation>
    </message>
    <message>
        <source>{count} files were left out: {names}.</source>
        <translation>{count} Dateien wurden weggelassen: {names}.</translation>
    </message>
    <message>
        <source>{count} labels cannot be read, and were left out: {names}.</source>
        <translation>{count} Labels können nicht gelesen werden und wurden weggelassen: {names}.</translation>
    </message>
    <message>
        <source>{count} segments have no class...</source>
        <translation>{count} Segmente ohne Klasse...</translation>
    </message>
    <message>
        <source>{labelled} labelled, {unlabelled} unlabelled</source>
        <translation>{labelled} gelabelt, {unlabelled} ungelabelt</translation>
    </message>
    <message>
        <source>{signs}: point at a case to read why.</source>
        <translation>{signs}: Zeigen Sie auf einen Fall, um den Grund zu lesen.</translation>
    </message>
</context>
<context>
    <name>cases.table</name>
    <message>
        <source>A slice of the image, drawn by the check.</source>
        <translation>Eine Schicht des Bildes, von der Prüfung gezeichnet.</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>Fall</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Hint</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>It teaches as long as it is better than the model; it is no label.</source>
        <translation>Davon wird gelernt, solange es besser ist als das Modell; es ist kein Label.</translation>
    </message>
    <message>
        <source>It tells how good the program is.</source>
        <translation>Es zeigt, wie gut das Programm ist.</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>Label</translation>
    </message>
    <message>
        <source>Never trained on: used only to score models.</source>
        <translation>Nie zum Training: nur um Modelle zu bewerten.</translation>
    </message>
    <message>
        <source>Not used: another image of this patient is held out.</source>
        <translation>Nicht verwendet: Ein anderes Bild dieses Patienten ist Testfall.</translation>
    </message>
    <message>
        <source>Not used: its image or label file is missing.</source>
        <translation>Nicht verwendet: Bild- oder Labeldatei fehlt.</translation>
    </message>
    <message>
        <source>Not used: you chose to ignore it.</source>
        <translation>Nicht verwendet: von Ihnen ausgeschlossen.</translation>
    </message>
    <message>
        <source>Patient: {name}</source>
        <translation>Patient: {name}</translation>
    </message>
    <message>
        <source>Result of {program}</source>
        <translation>Ergebnis von {program}</translation>
    </message>
    <message>
        <source>Size in pixels.</source>
        <translation>Größe in Pixeln.</translation>
    </message>
    <message>
        <source>This case has no label.</source>
        <translation>Dieser Fall hat kein Label.</translation>
    </message>
    <message>
        <source>Trained on as an image without a label.</source>
        <translation>Zum Training, als Bild ohne Label.</translation>
    </message>
    <message>
        <source>Trained on, with its label.</source>
        <translation>Zum Training, mit seinem Label.</translation>
    </message>
    <message>
        <source>Use, size</source>
        <translation>Rolle, Größe</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>aside</source>
        <translation>beiseite</translation>
    </message>
    <message>
        <source>by a model</source>
        <translation>vom Modell</translation>
    </message>
    <message>
        <source>by hand</source>
        <translation>von Hand</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>korrigiert</translation>
    </message>
    <message>
        <source>held out</source>
        <translation>Testfall</translation>
    </message>
    <message>
        <source>ignored</source>
        <translation>ignoriert</translation>
    </message>
    <message>
        <source>label map</source>
        <translation>Maske</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>unlabelled</source>
        <translation>ungelabelt</translation>
    </message>
    <message>
        <source>{size} voxels of {spacing} mm</source>
        <translation>{size} Voxel von {spacing} mm</translation>
    </message>
</context>
<context>
    <name>check.fixes</name>
    <message>
        <source>The fix did not work.</source>
        <translation>Die Korrektur ist nicht gelungen.</translation>
    </message>
</context>
<context>
    <name>check.section</name>
    <message>
        <source> and {count} more</source>
        <translation> und {count} weitere</translation>
    </message>
    <message>
        <source>1 case checked, nothing found.</source>
        <translation>1 Fall geprüft, nichts gefunden.</translation>
    </message>
    <message>
        <source>1 case checked.</source>
        <translation>1 Fall geprüft.</translation>
    </message>
    <message>
        <source>1 error</source>
        <translation>1 Fehler</translation>
    </message>
    <message>
        <source>1 warning</source>
        <translation>1 Warnung</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancelling...</source>
        <translation>Wird abgebrochen...</translation>
    </message>
    <message>
        <source>Cases not checked yet: {count} of {all}.</source>
        <translation>Noch nicht geprüfte Fälle: {count} von {all}.</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <source>Checking the cases...</source>
        <translation>Die Fälle werden geprüft...</translation>
    </message>
    <message>
        <source>Fix</source>
        <translation>Beheben</translation>
    </message>
    <message>
        <source>Fix the errors that the check found: training needs cases without errors.</source>
        <translation>Beheben Sie die Fehler, die die Prüfung fand: Das Training braucht fehlerfreie Fälle.</translation>
    </message>
    <message>
        <source>Fixing...</source>
        <translation>Wird behoben...</translation>
    </message>
    <message>
        <source>Run the check.</source>
        <translation>Führen Sie die Prüfung aus.</translation>
    </message>
    <message>
        <source>The cases were checked.</source>
        <translation>Die Fälle wurden geprüft.</translation>
    </message>
    <message>
        <source>There are no cases yet.</source>
        <translation>Es gibt noch keine Fälle.</translation>
    </message>
    <message>
        <source>Undo this: {what}.</source>
        <translation>Rückgängig machen: {what}.</translation>
    </message>
    <message>
        <source>Undone: {what}.</source>
        <translation>Rückgängig gemacht: {what}.</translation>
    </message>
    <message>
        <source>Wait until the cases are checked.</source>
        <translation>Warten Sie, bis die Fälle geprüft sind.</translation>
    </message>
    <message>
        <source>no problems</source>
        <translation>keine Probleme</translation>
    </message>
    <message>
        <source>not checked</source>
        <translation>nicht geprüft</translation>
    </message>
    <message>
        <source>{count} cases checked, nothing found.</source>
        <translation>{count} Fälle geprüft, nichts gefunden.</translation>
    </message>
    <message>
        <source>{count} cases checked.</source>
        <translation>{count} Fälle geprüft.</translation>
    </message>
    <message>
        <source>{count} errors</source>
        <translation>{count} Fehler</translation>
    </message>
    <message>
        <source>{count} warnings</source>
        <translation>{count} Warnungen</translation>
    </message>
</context>
<context>
    <name>frames.row</name>
    <message>
        <source>All {count} frames</source>
        <translation>Alle {count} Zeitpunkte</translation>
    </message>
    <message>
        <source>Frames:</source>
        <translation>Zeit:</translation>
    </message>
    <message>
        <source>The input is a sequence. All frames become a sequence of segmentations, which follows the same slider.</source>
        <translation>Die Eingabe ist eine Sequenz. Aus allen Zeitpunkten wird eine Sequenz von Segmentierungen, die demselben Schieber folgt.</translation>
    </message>
    <message>
        <source>This frame</source>
        <translation>Dieser Zeitpunkt</translation>
    </message>
    <message>
        <source>{name}: {most} in frame {first}, {least} in frame {second}.</source>
        <translation>{name}: {most} zum Zeitpunkt {first}, {least} zum Zeitpunkt {second}.</translation>
    </message>
</context>
<context>
    <name>frames.run</name>
    <message>
        <source>All frames become a new sequence of segmentations.</source>
        <translation>Aus allen Zeitpunkten wird eine neue Sequenz von Segmentierungen.</translation>
    </message>
    <message>
        <source>Choose no output segmentation, or segment this frame only.</source>
        <translation>Wählen Sie keine Ausgabesegmentierung, oder segmentieren Sie nur diesen Zeitpunkt.</translation>
    </message>
    <message>
        <source>Frame {number} of {count}</source>
        <translation>Zeitpunkt {number} von {count}</translation>
    </message>
    <message>
        <source>Segment it again.</source>
        <translation>Segmentieren Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Sequence</source>
        <translation>Sequenz</translation>
    </message>
    <message>
        <source>The sequence changed while it was being segmented.</source>
        <translation>Die Sequenz hat sich während der Segmentierung geändert.</translation>
    </message>
    <message>
        <source>{name} review map</source>
        <translation>Prüfkarte {name}</translation>
    </message>
    <message>
        <source>{name} segmentation</source>
        <translation>Segmentierung {name}</translation>
    </message>
    <message>
        <source>{name} sizes</source>
        <translation>Größen {name}</translation>
    </message>
</context>
<context>
    <name>frames.scene</name>
    <message>
        <source>Frame {number} of the sequence holds no image.</source>
        <translation>Zeitpunkt {number} der Sequenz enthält kein Bild.</translation>
    </message>
    <message>
        <source>Remove it from the sequence, or load the sequence again.</source>
        <translation>Entfernen Sie ihn aus der Sequenz, oder laden Sie die Sequenz noch einmal.</translation>
    </message>
    <message>
        <source>Segment it alone, or choose a volume that a sequence browser shows.</source>
        <translation>Segmentieren Sie es allein, oder wählen Sie ein Volumen, das ein Sequenz-Browser zeigt.</translation>
    </message>
    <message>
        <source>The input volume is not part of a sequence.</source>
        <translation>Das Eingabevolumen gehört zu keiner Sequenz.</translation>
    </message>
    <message>
        <source>{name} browser</source>
        <translation>Browser {name}</translation>
    </message>
</context>
<context>
    <name>heldout.dialog</name>
    <message>
        <source>Change</source>
        <translation>Ändern</translation>
    </message>
    <message>
        <source>Change the held-out cases</source>
        <translation>Die Testfälle ändern</translation>
    </message>
    <message>
        <source>Drawn again at random, with some of every kind of case.</source>
        <translation>Neu zufällig gezogen, mit jeder Art von Fall darunter.</translation>
    </message>
    <message>
        <source>Exactly the cases selected in the list of cases.</source>
        <translation>Genau die Fälle, die in der Liste der Fälle gewählt sind.</translation>
    </message>
    <message>
        <source>Lock the same cases again, with their present labels.</source>
        <translation>Dieselben Fälle wieder sperren, mit ihren jetzigen Labels.</translation>
    </message>
    <message>
        <source>One sentence for whoever reads the scores later.</source>
        <translation>Ein Satz für alle, die die Werte später lesen.</translation>
    </message>
    <message>
        <source>Other cases, drawn at random</source>
        <translation>Andere Fälle, zufällig gezogen</translation>
    </message>
    <message>
        <source>Scores are comparable only between models scored on the same cases. After a change, earlier scores are void: they stay visible, but are no longer compared.</source>
        <translation>Werte sind nur zwischen Modellen vergleichbar, die an denselben Fällen gemessen wurden. Nach einer Änderung sind frühere Werte ungültig: Sie bleiben sichtbar, werden aber nicht mehr verglichen.</translation>
    </message>
    <message>
        <source>The same cases: a label or a class was corrected</source>
        <translation>Dieselben Fälle: Ein Label oder eine Klasse wurde korrigiert</translation>
    </message>
    <message>
        <source>The selected cases: {names}</source>
        <translation>Die gewählten Fälle: {names}</translation>
    </message>
    <message>
        <source>Why? The reason is kept in the project's history.</source>
        <translation>Warum? Der Grund bleibt im Verlauf des Projekts.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
</context>
<context>
    <name>heldout.section</name>
    <message>
        <source>   (turn {number} of {count})</source>
        <translation>   (Runde {number} von {count})</translation>
    </message>
    <message>
        <source>Choose the held-out cases, once.</source>
        <translation>Wählen Sie die Testfälle, einmalig.</translation>
    </message>
    <message>
        <source>Held out: its label is locked, and it cannot be removed.</source>
        <translation>Testfall: Sein Label ist gesperrt, und er kann nicht entfernt werden.</translation>
    </message>
    <message>
        <source>Held-out cases</source>
        <translation>Testfälle</translation>
    </message>
    <message>
        <source>Held-out cases were changed.</source>
        <translation>Die Testfälle wurden geändert.</translation>
    </message>
    <message>
        <source>Held-out cases were chosen.</source>
        <translation>Die Testfälle wurden gewählt.</translation>
    </message>
    <message>
        <source>Label cases of at least two patients.</source>
        <translation>Labeln Sie Fälle von mindestens zwei Patienten.</translation>
    </message>
    <message>
        <source>Reason: {reason}</source>
        <translation>Grund: {reason}</translation>
    </message>
    <message>
        <source>Run the check.</source>
        <translation>Führen Sie die Prüfung aus.</translation>
    </message>
    <message>
        <source>Scores of earlier versions are void.</source>
        <translation>Werte früherer Versionen sind ungültig.</translation>
    </message>
    <message>
        <source>Some labelled cases are set aside and never trained on: only scores on them show how good a model is. They are chosen once, by patient, and stay locked so that scores remain comparable.</source>
        <translation>Einige gelabelte Fälle werden beiseitegelegt und nie zum Training verwendet: Nur Werte daran zeigen, wie gut ein Modell ist. Sie werden einmal gewählt, nach Patient, und bleiben gesperrt, damit Werte vergleichbar sind.</translation>
    </message>
    <message>
        <source>Version {version}, since {date}.</source>
        <translation>Version {version}, seit {date}.</translation>
    </message>
    <message>
        <source>each of {count} patients in turn</source>
        <translation>jeder von {count} Patienten der Reihe nach</translation>
    </message>
    <message>
        <source>{count} locked</source>
        <translation>{count} gesperrt</translation>
    </message>
</context>
<context>
    <name>jobs.worker</name>
    <message>
        <source>Loading PyTorch</source>
        <translation>PyTorch wird geladen</translation>
    </message>
    <message>
        <source>Starting Python</source>
        <translation>Python wird gestartet</translation>
    </message>
    <message>
        <source>The computing process could not be started.</source>
        <translation>Der Rechenprozess konnte nicht gestartet werden.</translation>
    </message>
    <message>
        <source>The system ended the computing process, often because the computer ran out of memory.</source>
        <translation>Das System hat den Rechenprozess beendet, oft weil dem Computer der Speicher ausging.</translation>
    </message>
</context>
<context>
    <name>labelling.bar</name>
    <message>
        <source>&lt;b&gt;Labelling {name}&lt;/b&gt;</source>
        <translation>&lt;b&gt;Labeln: {name}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Discarded, it cannot be brought back.</source>
        <translation>Verworfenes kommt nicht zurück.</translation>
    </message>
    <message>
        <source>Drawn, but not finished, and therefore not used: slices {which}.</source>
        <translation>Gezeichnet, aber nicht fertig, und darum nicht verwendet: Schichten {which}.</translation>
    </message>
    <message>
        <source>It shows none: save</source>
        <translation>Ja, leer speichern</translation>
    </message>
    <message>
        <source>Its image or label was removed from the scene.</source>
        <translation>Sein Bild oder Label wurde aus der Szene entfernt.</translation>
    </message>
    <message>
        <source>Label saved.</source>
        <translation>Label gespeichert.</translation>
    </message>
    <message>
        <source>Save it only if the image truly shows none of the classes.</source>
        <translation>Speichern Sie es nur, wenn das Bild wirklich keine der Klassen zeigt.</translation>
    </message>
    <message>
        <source>The label is empty: nothing is drawn.</source>
        <translation>Das Label ist leer: Es ist nichts eingezeichnet.</translation>
    </message>
    <message>
        <source>This case is held out: changing its label makes earlier scores void.</source>
        <translation>Das ist ein Testfall: Sein Label zu ändern macht frühere Werte ungültig.</translation>
    </message>
    <message>
        <source>What you have drawn or marked is not saved.</source>
        <translation>Was Sie gezeichnet oder markiert haben, ist nicht gespeichert.</translation>
    </message>
</context>
<context>
    <name>labelling.editor_bar</name>
    <message>
        <source>Back to SemiGDA Train</source>
        <translation>Zurück zu SemiGDA Train</translation>
    </message>
    <message>
        <source>Save or discard the label there, then continue with the next case.</source>
        <translation>Speichern oder verwerfen Sie dort das Label, und fahren Sie dann mit dem nächsten Fall fort.</translation>
    </message>
</context>
<context>
    <name>labelling.loading</name>
    <message>
        <source>Assign a class to each value, then open the case again.</source>
        <translation>Ordnen Sie jedem Wert eine Klasse zu, und öffnen Sie den Fall dann noch einmal.</translation>
    </message>
    <message>
        <source>Choose another label for this case.</source>
        <translation>Wählen Sie ein anderes Label für diesen Fall.</translation>
    </message>
    <message>
        <source>Run the check to see what is wrong with it.</source>
        <translation>Führen Sie die Prüfung aus, um zu sehen, was damit nicht stimmt.</translation>
    </message>
    <message>
        <source>Slicer cannot load a file of this case.</source>
        <translation>Slicer kann eine Datei dieses Falls nicht laden.</translation>
    </message>
    <message>
        <source>The label contains values without a class.</source>
        <translation>Das Label enthält Werte ohne Klasse.</translation>
    </message>
    <message>
        <source>The label is a colour picture, not a label map.</source>
        <translation>Das Label ist ein Farbbild, keine Labelkarte.</translation>
    </message>
</context>
<context>
    <name>labelling.open_label</name>
    <message>
        <source>Look at the names of the segments in Segment Editor, then save again.</source>
        <translation>Sehen Sie sich die Namen der Segmente im Segment Editor an und speichern Sie dann noch einmal.</translation>
    </message>
    <message>
        <source>Mark the slices that you drew, or choose The whole volume is labelled.</source>
        <translation>Markieren Sie die gezeichneten Schichten, oder wählen Sie „Das ganze Volumen ist gelabelt“.</translation>
    </message>
    <message>
        <source>No slice of the label is marked as finished.</source>
        <translation>Keine Schicht des Labels ist als fertig markiert.</translation>
    </message>
    <message>
        <source>Open the case in Segment Editor again.</source>
        <translation>Öffnen Sie den Fall noch einmal im Segment Editor.</translation>
    </message>
    <message>
        <source>Save again if the label fits it; or discard it and draw anew.</source>
        <translation>Speichern Sie noch einmal, wenn das Label dazu passt; oder verwerfen Sie es und zeichnen Sie neu.</translation>
    </message>
    <message>
        <source>Save again to take its place; the other label's file stays.</source>
        <translation>Speichern Sie noch einmal, um es zu ersetzen; die Datei des anderen Labels bleibt erhalten.</translation>
    </message>
    <message>
        <source>The case got another label meanwhile.</source>
        <translation>Der Fall hat inzwischen ein anderes Label bekommen.</translation>
    </message>
    <message>
        <source>The classes of the project have changed since the case was opened.</source>
        <translation>Die Klassen des Projekts haben sich seit dem Öffnen des Falls geändert.</translation>
    </message>
    <message>
        <source>The image or the label was removed from the scene, so there is nothing to save.</source>
        <translation>Das Bild oder das Label wurde aus der Szene entfernt; es gibt nichts zu speichern.</translation>
    </message>
    <message>
        <source>The image was moved or resampled since the case was opened.</source>
        <translation>Das Bild wurde verschoben oder neu abgetastet, seit der Fall geöffnet wurde.</translation>
    </message>
    <message>
        <source>The image's file is another one than when the case was opened.</source>
        <translation>Die Bilddatei ist eine andere als beim Öffnen des Falls.</translation>
    </message>
    <message>
        <source>Undo that, or the label would not lie on the image's file.</source>
        <translation>Machen Sie das rückgängig, sonst passt das Label nicht zur Bilddatei.</translation>
    </message>
    <message>
        <source>When the label is finished, return to SemiGDA Train to save it.</source>
        <translation>Wenn das Label fertig ist, kehren Sie zum Speichern zu SemiGDA Train zurück.</translation>
    </message>
    <message>
        <source>{name} label</source>
        <translation>Label {name}</translation>
    </message>
</context>
<context>
    <name>labelling.resuming</name>
    <message>
        <source>Labelling of {name} continues.</source>
        <translation>Das Labeln von {name} geht weiter.</translation>
    </message>
</context>
<context>
    <name>labelling.unfinished</name>
    <message>
        <source>A label in this scene was not finished, and its project was not found.</source>
        <translation>Ein Label in dieser Szene ist nicht fertig, und sein Projekt wurde nicht gefunden.</translation>
    </message>
    <message>
        <source>A label in this scene was not finished, and the open project does not have its case.</source>
        <translation>Ein Label in dieser Szene ist nicht fertig, und das offene Projekt hat seinen Fall nicht.</translation>
    </message>
    <message>
        <source>Open its project; if the case was removed there, choose Add from scene.</source>
        <translation>Öffnen Sie sein Projekt; wurde der Fall dort entfernt, wählen Sie Aus Szene.</translation>
    </message>
    <message>
        <source>Open the project where it is now; then labelling continues.</source>
        <translation>Öffnen Sie das Projekt, wo es jetzt liegt; dann geht das Label weiter.</translation>
    </message>
</context>
<context>
    <name>library.asking</name>
    <message>
        <source>A model of this name is already installed. Replace it? A starter model is only hidden, and comes back when you remove the new one.</source>
        <translation>Ein Modell dieses Namens ist bereits installiert. Ersetzen? Ein Startmodell wird nur verdeckt und kommt zurück, wenn Sie das neue entfernen.</translation>
    </message>
    <message>
        <source>Add model</source>
        <translation>Modell hinzufügen</translation>
    </message>
    <message>
        <source>Catalogue</source>
        <translation>Katalog</translation>
    </message>
    <message>
        <source>Delete the model '{title}' from this computer? This cannot be undone.</source>
        <translation>Das Modell „{title}“ von diesem Computer löschen? Das lässt sich nicht rückgängig machen.</translation>
    </message>
    <message>
        <source>Download '{title}', {size}, licence {licence}?</source>
        <translation>„{title}“ herunterladen, {size}, Lizenz {licence}?</translation>
    </message>
    <message>
        <source>File or https address of a catalogue of models. Leave it empty for SemiGDA's own.</source>
        <translation>Datei oder https-Adresse eines Modellkatalogs. Leer: der von SemiGDA.</translation>
    </message>
    <message>
        <source>Foreground</source>
        <translation>Vordergrund</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>Importieren</translation>
    </message>
    <message>
        <source>Import released weights</source>
        <translation>Veröffentlichte Gewichte importieren</translation>
    </message>
    <message>
        <source>It takes the place of the installed model of this name.</source>
        <translation>Es nimmt den Platz des installierten Modells dieses Namens ein.</translation>
    </message>
    <message>
        <source>Licence, as its authors state it</source>
        <translation>Lizenz, wie die Autoren sie angeben</translation>
    </message>
    <message>
        <source>Model packages (*.zip card.json)</source>
        <translation>Modellpakete (*.zip card.json)</translation>
    </message>
    <message>
        <source>Name in the library (a-z, 0-9, -)</source>
        <translation>Name in der Bibliothek (a-z, 0-9, -)</translation>
    </message>
    <message>
        <source>Released SemiGDA model</source>
        <translation>Veröffentlichtes SemiGDA-Modell</translation>
    </message>
    <message>
        <source>Structures, separated by commas</source>
        <translation>Strukturen, durch Kommas getrennt</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>Titel</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>Weights (*.pth *.pt *.ckpt *.safetensors);;All files (*)</source>
        <translation>Gewichte (*.pth *.pt *.ckpt *.safetensors);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>What the file does not say: the released weights become a model of your own.</source>
        <translation>Was die Datei nicht sagt: Die veröffentlichten Gewichte werden Ihr eigenes Modell.</translation>
    </message>
    <message>
        <source>{size} MB</source>
        <translation>{size} MB</translation>
    </message>
</context>
<context>
    <name>library.logic</name>
    <message>
        <source>The computing process ended early.</source>
        <translation>Der Rechenprozess endete vorzeitig.</translation>
    </message>
</context>
<context>
    <name>library.section</name>
    <message>
        <source>Add...</source>
        <translation>Neu...</translation>
    </message>
    <message>
        <source>Adding the model...</source>
        <translation>Das Modell wird hinzugefügt...</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Catalogue...</source>
        <translation>Katalog...</translation>
    </message>
    <message>
        <source>Choose a catalogue, such as your hospital's.</source>
        <translation>Einen Katalog wählen, etwa den Ihrer Klinik.</translation>
    </message>
    <message>
        <source>Choose the folder that models are installed in.</source>
        <translation>Den Ordner wählen, in dem Modelle installiert werden.</translation>
    </message>
    <message>
        <source>Close what uses it, or ask for the right to write there.</source>
        <translation>Schließen Sie, was ihn benutzt, oder bitten Sie um das Recht, dort zu schreiben.</translation>
    </message>
    <message>
        <source>Delete the selected model, if it is your own.</source>
        <translation>Das gewählte Modell löschen, wenn es Ihr eigenes ist.</translation>
    </message>
    <message>
        <source>Delete...</source>
        <translation>Löschen...</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Laden</translation>
    </message>
    <message>
        <source>Download ({size})</source>
        <translation>Laden ({size})</translation>
    </message>
    <message>
        <source>Download and install this model.</source>
        <translation>Dieses Modell herunterladen und installieren.</translation>
    </message>
    <message>
        <source>Download cancelled. What was received is kept for the next attempt.</source>
        <translation>Herunterladen abgebrochen. Was schon da ist, bleibt für das nächste Mal.</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>Wird heruntergeladen</translation>
    </message>
    <message>
        <source>Export model</source>
        <translation>Modell exportieren</translation>
    </message>
    <message>
        <source>Export...</source>
        <translation>Exportieren...</translation>
    </message>
    <message>
        <source>Exporting the model...</source>
        <translation>Das Modell wird exportiert...</translation>
    </message>
    <message>
        <source>Folder for models</source>
        <translation>Ordner für Modelle</translation>
    </message>
    <message>
        <source>Folder...</source>
        <translation>Ordner...</translation>
    </message>
    <message>
        <source>Importing the weights...</source>
        <translation>Die Gewichte werden importiert...</translation>
    </message>
    <message>
        <source>Install a model package (.zip, or the card.json of an unpacked one).</source>
        <translation>Ein Modellpaket installieren (.zip oder die card.json eines entpackten).</translation>
    </message>
    <message>
        <source>Installed models, and those of the catalogue.</source>
        <translation>Installierte Modelle und die des Katalogs.</translation>
    </message>
    <message>
        <source>Make a model from released SemiGDA weights.</source>
        <translation>Aus veröffentlichten SemiGDA-Gewichten ein Modell machen.</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Model added. Choose it above to use it.</source>
        <translation>Modell hinzugefügt. Wählen Sie es oben aus, um es zu benutzen.</translation>
    </message>
    <message>
        <source>Model deleted.</source>
        <translation>Modell gelöscht.</translation>
    </message>
    <message>
        <source>Model downloaded. Choose it above to use it.</source>
        <translation>Modell heruntergeladen. Wählen Sie es oben aus, um es zu benutzen.</translation>
    </message>
    <message>
        <source>Model exported.</source>
        <translation>Modell exportiert.</translation>
    </message>
    <message>
        <source>Model imported. Choose it above to use it.</source>
        <translation>Modell importiert. Wählen Sie es oben aus, um es zu benutzen.</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Models ({count})...</source>
        <translation>Modelle ({count})...</translation>
    </message>
    <message>
        <source>Models are installed in the new folder from now on.</source>
        <translation>Modelle werden ab jetzt im neuen Ordner installiert.</translation>
    </message>
    <message>
        <source>Models that are installed, and models that can be downloaded.</source>
        <translation>Installierte Modelle und solche, die heruntergeladen werden können.</translation>
    </message>
    <message>
        <source>Models...</source>
        <translation>Modelle...</translation>
    </message>
    <message>
        <source>New versions to download: {names}</source>
        <translation>Neue Versionen zum Herunterladen: {names}</translation>
    </message>
    <message>
        <source>Official...</source>
        <translation>Offiziell...</translation>
    </message>
    <message>
        <source>Progress of the download.</source>
        <translation>Fortschritt des Herunterladens.</translation>
    </message>
    <message>
        <source>Reading the catalogue...</source>
        <translation>Der Katalog wird gelesen...</translation>
    </message>
    <message>
        <source>Select one below to update it.</source>
        <translation>Wählen Sie unten eines aus, um es zu aktualisieren.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>The catalogue lists no models to download.</source>
        <translation>Der Katalog nennt keine Modelle zum Herunterladen.</translation>
    </message>
    <message>
        <source>The model could not be deleted; it is whole.</source>
        <translation>Das Modell konnte nicht gelöscht werden; es ist unversehrt.</translation>
    </message>
    <message>
        <source>Update ({size})</source>
        <translation>Aktualisieren ({size})</translation>
    </message>
    <message>
        <source>Version of {date}, licence {licence}</source>
        <translation>Version vom {date}, Lizenz {licence}</translation>
    </message>
    <message>
        <source>What is being done, and how it ended.</source>
        <translation>Was gerade geschieht, und wie es ausging.</translation>
    </message>
    <message>
        <source>What the model is for, what it is not for, and its licence.</source>
        <translation>Wofür das Modell gedacht ist, wofür nicht, und seine Lizenz.</translation>
    </message>
    <message>
        <source>Write the selected model as one .zip.</source>
        <translation>Das gewählte Modell als eine .zip-Datei schreiben.</translation>
    </message>
    <message>
        <source>damaged</source>
        <translation>beschädigt</translation>
    </message>
    <message>
        <source>installed</source>
        <translation>installiert</translation>
    </message>
    <message>
        <source>update</source>
        <translation>neuer</translation>
    </message>
    <message>
        <source>with SemiGDA</source>
        <translation>von SemiGDA</translation>
    </message>
</context>
<context>
    <name>result.score_table</name>
    <message>
        <source>(removed case)</source>
        <translation>(entfernter Fall)</translation>
    </message>
    <message>
        <source>All cases</source>
        <translation>Alle Fälle</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Differenz</translation>
    </message>
    <message>
        <source>Held-out case</source>
        <translation>Testfall</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Jetzt</translation>
    </message>
    <message>
        <source>U-Net</source>
        <translation>U-Net</translation>
    </message>
    <message>
        <source>all classes</source>
        <translation>alle Klassen</translation>
    </message>
</context>
<context>
    <name>result.section</name>
    <message>
        <source>1 version</source>
        <translation>1 Version</translation>
    </message>
    <message>
        <source>: overlap with your label, 1 is perfect.</source>
        <translation>: Überlappung mit Ihrem Label, 1 ist perfekt.</translation>
    </message>
    <message>
        <source>; in brackets the 95 % interval of the difference</source>
        <translation>; in Klammern das 95-%-Intervall der Differenz</translation>
    </message>
    <message>
        <source>Before: {older}. Now: {newer}.</source>
        <translation>Vorher: {older}. Jetzt: {newer}.</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>Fälle</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>Datum</translation>
    </message>
    <message>
        <source>Delete the files of '{name}'? Its scores stay in the project's history.</source>
        <translation>Die Dateien von „{name}“ löschen? Die Werte bleiben im Verlauf des Projekts.</translation>
    </message>
    <message>
        <source>Delete the files of the selected version; its scores stay in the project's history.</source>
        <translation>Die Dateien der gewählten Version löschen; ihre Werte bleiben im Verlauf des Projekts.</translation>
    </message>
    <message>
        <source>Dice</source>
        <translation>Dice</translation>
    </message>
    <message>
        <source>Dice on 1 case, scored by a training that had not seen it</source>
        <translation>Dice auf 1 Fall, gemessen an einem Training, das ihn nicht gesehen hatte</translation>
    </message>
    <message>
        <source>Dice on 1 held-out case</source>
        <translation>Dice auf 1 Testfall</translation>
    </message>
    <message>
        <source>Dice on {count} cases, each scored by a training that had not seen it</source>
        <translation>Dice auf {count} Fällen, jeder gemessen an einem Training, das ihn nicht gesehen hatte</translation>
    </message>
    <message>
        <source>Dice on {count} held-out cases</source>
        <translation>Dice auf {count} Testfällen</translation>
    </message>
    <message>
        <source>Export version</source>
        <translation>Version exportieren</translation>
    </message>
    <message>
        <source>Exporting {name}...</source>
        <translation>{name} wird exportiert...</translation>
    </message>
    <message>
        <source>Going back to the previous version...</source>
        <translation>Zurück zur vorigen Version...</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>Aktiv</translation>
    </message>
    <message>
        <source>Install this version for SemiGDA Segment.</source>
        <translation>Diese Version für SemiGDA Segment installieren.</translation>
    </message>
    <message>
        <source>Installing {name}...</source>
        <translation>{name} wird installiert...</translation>
    </message>
    <message>
        <source>Its Dice of {dice:.2f} is low: expect to correct much of its output. More labels and longer training help.</source>
        <translation>Der Dice von {dice:.2f} ist niedrig: Rechnen Sie mit vielen Korrekturen. Mehr Labels und längeres Training helfen.</translation>
    </message>
    <message>
        <source>Labelled + unlabelled cases it learned from; {count} held out.</source>
        <translation>Gelabelte + ungelabelte Fälle, aus denen es lernte; {count} Testfälle.</translation>
    </message>
    <message>
        <source>Labelled in part, and scored on that part alone: {count}.</source>
        <translation>Nur teilweise gelabelt und nur auf diesem Teil bewertet: {count}.</translation>
    </message>
    <message>
        <source>Mean Dice on held-out cases; 95 % interval {low:.3f} to {high:.3f}.</source>
        <translation>Mittlerer Dice auf Testfällen; 95-%-Intervall {low:.3f} bis {high:.3f}.</translation>
    </message>
    <message>
        <source>More labels help most. See 'What to label next' below</source>
        <translation>Mehr Labels helfen am meisten. Siehe „Was als Nächstes labeln“ unten</translation>
    </message>
    <message>
        <source>No training has finished yet. Its result will appear here.</source>
        <translation>Noch ist kein Training beendet. Sein Ergebnis erscheint hier.</translation>
    </message>
    <message>
        <source>Not offered: it is not better on the held-out cases. {reason}</source>
        <translation>Nicht angeboten: Es ist auf den Testfällen nicht besser. {reason}</translation>
    </message>
    <message>
        <source>On more cases like these, expect a mean of {low:.2f} to {high:.2f}.</source>
        <translation>Bei weiteren Fällen wie diesen ist im Mittel {low:.2f} bis {high:.2f} zu erwarten.</translation>
    </message>
    <message>
        <source>Result and versions</source>
        <translation>Ergebnis und Versionen</translation>
    </message>
    <message>
        <source>Scored on different held-out cases: not comparable.</source>
        <translation>An verschiedenen Testfällen gemessen: nicht vergleichbar.</translation>
    </message>
    <message>
        <source>Select one version to see its scores, or two to compare.</source>
        <translation>Wählen Sie eine Version, um ihre Werte zu sehen, oder zwei, um sie zu vergleichen.</translation>
    </message>
    <message>
        <source>Select one version.</source>
        <translation>Wählen Sie eine Version.</translation>
    </message>
    <message>
        <source>Started from: {base}</source>
        <translation>Begonnen mit: {base}</translation>
    </message>
    <message>
        <source>The new model is not better, so it is not offered to SemiGDA Segment.</source>
        <translation>Das neue Modell ist nicht besser und wird SemiGDA Segment daher nicht angeboten.</translation>
    </message>
    <message>
        <source>This version is in use already.</source>
        <translation>Diese Version ist schon in Gebrauch.</translation>
    </message>
    <message>
        <source>This version is in use: use another one first.</source>
        <translation>Diese Version ist in Gebrauch: Verwenden Sie erst eine andere.</translation>
    </message>
    <message>
        <source>Train once more as this version was, in as much time, and learn from the held-out cases, too. With few labels the model may get better. It keeps the scores of this version, and no later training can start from it.</source>
        <translation>Noch einmal so trainieren wie bei dieser Version, ebenso lange, und auch aus den Testfällen lernen. Bei wenigen Labels kann das Modell besser werden. Es behält die Werte dieser Version, und kein späteres Training kann mit ihm beginnen.</translation>
    </message>
    <message>
        <source>Training started.</source>
        <translation>Training gestartet.</translation>
    </message>
    <message>
        <source>Use the new model in SemiGDA Segment: it finds every class.</source>
        <translation>Verwenden Sie das neue Modell in SemiGDA Segment: Es findet jede Klasse.</translation>
    </message>
    <message>
        <source>Use the new model in SemiGDA Segment: it is better on the held-out cases.</source>
        <translation>Verwenden Sie das neue Modell in SemiGDA Segment: Es ist auf den Testfällen besser.</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>{count} versions</source>
        <translation>{count} Versionen</translation>
    </message>
    <message>
        <source>{name} is in use</source>
        <translation>{name} ist in Gebrauch</translation>
    </message>
    <message>
        <source>{text}, and look for cases that show '{name}': its Dice is {dice:.2f}.</source>
        <translation>{text}, und suchen Sie Fälle, die „{name}“ zeigen: Der Dice ist {dice:.2f}.</translation>
    </message>
    <message>
        <source>✓ In use in SemiGDA Segment.</source>
        <translation>✓ In SemiGDA Segment in Gebrauch.</translation>
    </message>
    <message>
        <source>✓ Ready to use.</source>
        <translation>✓ Einsatzbereit.</translation>
    </message>
    <message>
        <source>✓ The new model is better.</source>
        <translation>✓ Das neue Modell ist besser.</translation>
    </message>
</context>
<context>
    <name>review.section</name>
    <message>
        <source>1 accepted prediction</source>
        <translation>1 angenommene Vorhersage</translation>
    </message>
    <message>
        <source>1 corrected prediction</source>
        <translation>1 korrigierte Vorhersage</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Annehmen</translation>
    </message>
    <message>
        <source>Accept {count}</source>
        <translation>{count} annehmen</translation>
    </message>
    <message>
        <source>Accepted 1 predicted label.</source>
        <translation>1 vorhergesagtes Label angenommen.</translation>
    </message>
    <message>
        <source>Accepted {count} predicted labels.</source>
        <translation>{count} vorhergesagte Labels angenommen.</translation>
    </message>
    <message>
        <source>After the first training, the cases are spread out here evenly, to label next.</source>
        <translation>Nach dem ersten Training stehen hier gleichmäßig verteilte Fälle, die als Nächstes zu labeln sind.</translation>
    </message>
    <message>
        <source>Case and reason</source>
        <translation>Fall und Grund</translation>
    </message>
    <message>
        <source>Doubt</source>
        <translation>Zweifel</translation>
    </message>
    <message>
        <source>Every case is labelled. Add images without labels to continue.</source>
        <translation>Jeder Fall ist gelabelt. Fügen Sie Bilder ohne Label hinzu, um weiterzumachen.</translation>
    </message>
    <message>
        <source>Label some more cases, review the inbox, then train again.</source>
        <translation>Labeln Sie einige weitere Fälle, sehen Sie den Eingang durch und trainieren Sie dann wieder.</translation>
    </message>
    <message>
        <source>Labels so far: {made}.</source>
        <translation>Labels bisher: {made}.</translation>
    </message>
    <message>
        <source>Rank the unlabelled cases to label an even choice of them next.</source>
        <translation>Ordnen Sie die ungelabelten Fälle, um als Nächstes eine gleichmäßige Auswahl zu labeln.</translation>
    </message>
    <message>
        <source>Ranking the unlabelled cases.</source>
        <translation>Die ungelabelten Fälle werden geordnet.</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>Ablehnen</translation>
    </message>
    <message>
        <source>Reject {count}</source>
        <translation>{count} ablehnen</translation>
    </message>
    <message>
        <source>Rejected 1 predicted label.</source>
        <translation>1 vorhergesagtes Label abgelehnt.</translation>
    </message>
    <message>
        <source>Rejected {count} predicted labels.</source>
        <translation>{count} vorhergesagte Labels abgelehnt.</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>The cases are spread evenly over what your images look like. No order that we tried makes a better model than labelling any cases: choose by what you know of them.</source>
        <translation>Die Fälle sind gleichmäßig über das Aussehen Ihrer Bilder verteilt. Keine Reihenfolge, die wir versucht haben, gibt ein besseres Modell als beliebige Fälle: Wählen Sie nach dem, was Sie von ihnen wissen.</translation>
    </message>
    <message>
        <source>The classes have changed since the last ranking, whose predicted labels do not fit them. Rank again; unless a class only has another name, train a model with the present classes first.</source>
        <translation>Die Klassen haben sich seit der letzten Reihenfolge geändert, deren vorhergesagte Labels nicht mehr dazu passen. Ordnen Sie neu; wenn nicht nur eine Klasse anders heißt, trainieren Sie zuvor ein Modell mit den jetzigen Klassen.</translation>
    </message>
    <message>
        <source>The model is in doubt about {percent:.0f} % of what it found.</source>
        <translation>Das Modell zweifelt an {percent:.0f} % dessen, was es fand.</translation>
    </message>
    <message>
        <source>What to label next</source>
        <translation>Was als Nächstes labeln</translation>
    </message>
    <message>
        <source>{count} accepted predictions</source>
        <translation>{count} angenommene Vorhersagen</translation>
    </message>
    <message>
        <source>{count} by hand</source>
        <translation>{count} von Hand</translation>
    </message>
    <message>
        <source>{count} corrected predictions</source>
        <translation>{count} korrigierte Vorhersagen</translation>
    </message>
    <message>
        <source>{count} to review</source>
        <translation>{count} durchzusehen</translation>
    </message>
</context>
<context>
    <name>segment.card_text</name>
    <message>
        <source>The model cannot be read.</source>
        <translation>Das Modell kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>a result of {program} for 1 case was not used</source>
        <translation>ein Ergebnis von {program} für 1 Fall wurde nicht verwendet</translation>
    </message>
    <message>
        <source>also with a result of {program} for 1 case</source>
        <translation>auch mit einem Ergebnis von {program} für 1 Fall</translation>
    </message>
    <message>
        <source>also with results of {program} for {count} cases</source>
        <translation>auch mit Ergebnissen von {program} für {count} Fälle</translation>
    </message>
    <message>
        <source>licence: {name}</source>
        <translation>Lizenz: {name}</translation>
    </message>
    <message>
        <source>mean Dice {score:.2f} on 1 validation case</source>
        <translation>mittlerer Dice {score:.2f} auf 1 Validierungsfall</translation>
    </message>
    <message>
        <source>mean Dice {score:.2f} on 1 validation case, which also chose the weights: expect less</source>
        <translation>mittlerer Dice {score:.2f} auf 1 Validierungsfall, der auch die Gewichte bestimmte: Erwarten Sie weniger</translation>
    </message>
    <message>
        <source>mean Dice {score:.2f} on {count} validation cases</source>
        <translation>mittlerer Dice {score:.2f} auf {count} Validierungsfällen</translation>
    </message>
    <message>
        <source>mean Dice {score:.2f} on {count} validation cases, which also chose the weights: expect less</source>
        <translation>mittlerer Dice {score:.2f} auf {count} Validierungsfällen, die auch die Gewichte bestimmten: Erwarten Sie weniger</translation>
    </message>
    <message>
        <source>results of {program} for {count} cases were not used</source>
        <translation>Ergebnisse von {program} für {count} Fälle wurden nicht verwendet</translation>
    </message>
    <message>
        <source>started from {base}</source>
        <translation>Ausgangspunkt: {base}</translation>
    </message>
    <message>
        <source>training cases: {labelled} labelled</source>
        <translation>Trainingsfälle: {labelled} gelabelt</translation>
    </message>
    <message>
        <source>training cases: {labelled} labelled, {unlabelled} unlabelled</source>
        <translation>Trainingsfälle: {labelled} gelabelt, {unlabelled} ungelabelt</translation>
    </message>
</context>
<context>
    <name>segment.certainty</name>
    <message>
        <source>90 % range: {low} to {high} ml</source>
        <translation>90-%-Bereich: {low} bis {high} ml</translation>
    </message>
    <message>
        <source>How much of it the model itself expects to be right: 1 = all of it. It shows where to look first; it is not a probability of being right.</source>
        <translation>Wie viel davon das Modell selbst für richtig hält: 1 = alles. Es zeigt, wo man zuerst hinsehen sollte, und ist keine Wahrscheinlichkeit, richtig zu liegen.</translation>
    </message>
    <message>
        <source>It was edited after it was made: how sure the model was says nothing of it now.</source>
        <translation>Es wurde nachträglich bearbeitet: Wie sicher das Modell war, sagt darüber nichts mehr.</translation>
    </message>
    <message>
        <source>Not measured: no review map was made.</source>
        <translation>Nicht gemessen: Es wurde keine Prüfkarte erstellt.</translation>
    </message>
    <message>
        <source>Nothing is called good: of {count} held-out patients some had a poor result that the model was sure of, so that only a Dice of {dice:.2f} can be promised.</source>
        <translation>Nichts heißt „gut“: Von {count} Patienten der Testfälle hatten manche ein schlechtes Ergebnis, dessen das Modell sicher war; daher lässt sich nur ein Dice von {dice:.2f} zusagen.</translation>
    </message>
    <message>
        <source>Of those called doubtful at least half do not exceed {dice:.2f}.</source>
        <translation>Von den als „fraglich“ bewerteten kommt mindestens die Hälfte nicht über {dice:.2f} hinaus.</translation>
    </message>
    <message>
        <source>Tested on {count} held-out patients: a result certain enough to be called good reaches a Dice of {dice:.2f} with a probability of at least {percent} %, on images of the same kind.</source>
        <translation>An {count} Patienten der Testfälle geprüft: Ein Ergebnis, das sicher genug ist, um „gut“ zu heißen, erreicht mit mindestens {percent} % Wahrscheinlichkeit einen Dice von {dice:.2f}, bei Bildern derselben Art.</translation>
    </message>
    <message>
        <source>This model's words were not tested on held-out cases.</source>
        <translation>Die Bewertungen dieses Modells wurden nicht an Testfällen geprüft.</translation>
    </message>
    <message>
        <source>Too few held-out patients to call a result good.</source>
        <translation>Zu wenige Patienten unter den Testfällen, um ein Ergebnis „gut“ zu nennen.</translation>
    </message>
    <message>
        <source>check</source>
        <translation>prüfen</translation>
    </message>
    <message>
        <source>doubtful</source>
        <translation>fraglich</translation>
    </message>
    <message>
        <source>good</source>
        <translation>gut</translation>
    </message>
    <message>
        <source>look</source>
        <translation>ansehen</translation>
    </message>
</context>
<context>
    <name>segment.choices</name>
    <message>
        <source>As the model recommends</source>
        <translation>Wie das Modell empfiehlt</translation>
    </message>
    <message>
        <source>Autoencoder branch</source>
        <translation>Autoencoder-Zweig</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Both, averaged</source>
        <translation>Beide, gemittelt</translation>
    </message>
    <message>
        <source>Convolutional branch</source>
        <translation>Faltungszweig</translation>
    </message>
    <message>
        <source>No model is installed. Add one under Models.</source>
        <translation>Kein Modell ist installiert. Fügen Sie unter „Modelle“ eines hinzu.</translation>
    </message>
    <message>
        <source>The model '{name}' is not installed here.</source>
        <translation>Das Modell „{name}“ ist hier nicht installiert.</translation>
    </message>
    <message>
        <source>{name} (damaged)</source>
        <translation>{name} (beschädigt)</translation>
    </message>
</context>
<context>
    <name>segment.dicom</name>
    <message>
        <source>Check that the series is still in Slicer's DICOM database.</source>
        <translation>Prüfen Sie, ob die Serie noch in Slicers DICOM-Datenbank ist.</translation>
    </message>
    <message>
        <source>Export as DICOM SEG...</source>
        <translation>Als DICOM SEG exportieren...</translation>
    </message>
    <message>
        <source>Exported: {name}</source>
        <translation>Exportiert: {name}</translation>
    </message>
    <message>
        <source>Folder for the DICOM SEG</source>
        <translation>Ordner für das DICOM SEG</translation>
    </message>
    <message>
        <source>Load the series in the DICOM module, and segment it.</source>
        <translation>Laden Sie die Serie im Modul DICOM, und segmentieren Sie sie.</translation>
    </message>
    <message>
        <source>Slicer's DICOM exporter could not write this segmentation.</source>
        <translation>Slicers DICOM-Exporter konnte diese Segmentierung nicht schreiben.</translation>
    </message>
    <message>
        <source>The image was not loaded from DICOM, and a DICOM SEG must name its series.</source>
        <translation>Das Bild wurde nicht aus DICOM geladen, und ein DICOM SEG muss seine Serie nennen.</translation>
    </message>
    <message>
        <source>This version of Slicer cannot write DICOM SEG.</source>
        <translation>Diese Version von Slicer kann kein DICOM SEG schreiben.</translation>
    </message>
    <message>
        <source>Use Slicer 5.12 or later, or install its extension Quantitative Reporting.</source>
        <translation>Verwenden Sie Slicer 5.12 oder neuer, oder installieren Sie die Erweiterung Quantitative Reporting.</translation>
    </message>
    <message>
        <source>Write the segments with their DICOM codes into a file that belongs to the same study as the image.</source>
        <translation>Die Segmente mit ihren DICOM-Codes in eine Datei schreiben, die zur selben Studie gehört wie das Bild.</translation>
    </message>
    <message>
        <source>it does not take this one</source>
        <translation>diese nimmt er nicht an</translation>
    </message>
</context>
<context>
    <name>segment.fit</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Segment anyway</source>
        <translation>Trotzdem segmentieren</translation>
    </message>
    <message>
        <source>The result may be meaningless. Choose another model or volume, or limit it by a region of interest.</source>
        <translation>Das Ergebnis kann bedeutungslos sein. Wählen Sie ein anderes Modell oder Volumen, oder begrenzen Sie es mit einer Region.</translation>
    </message>
</context>
<context>
    <name>segment.log</name>
    <message>
        <source>The report is on the clipboard.</source>
        <translation>Der Bericht ist in der Zwischenablage.</translation>
    </message>
</context>
<context>
    <name>segment.output</name>
    <message>
        <source>Add to it</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>New segmentation</source>
        <translation>Neue Segmentierung</translation>
    </message>
    <message>
        <source>The new segments would lie beside those of that one.</source>
        <translation>Die neuen Segmente lägen neben den dortigen.</translation>
    </message>
    <message>
        <source>The output segmentation is of another volume: {name}.</source>
        <translation>Die Ausgabesegmentierung gehört zu einem anderen Volumen: {name}.</translation>
    </message>
</context>
<context>
    <name>segment.panel</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancelling...</source>
        <translation>Wird abgebrochen...</translation>
    </message>
    <message>
        <source>Choose an input volume that holds an image, and a model.</source>
        <translation>Wählen Sie ein Eingabevolumen, das ein Bild enthält, und ein Modell.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Done: {seconds:.1f} s of computing.</source>
        <translation>Fertig: {seconds:.1f} s Rechenzeit.</translation>
    </message>
    <message>
        <source>From now on every run makes a new one; or choose another output.</source>
        <translation>Ab jetzt legt jeder Lauf eine neue an; oder wählen Sie eine andere Ausgabe.</translation>
    </message>
    <message>
        <source>From now on the whole volume is segmented; or choose another region.</source>
        <translation>Ab jetzt wird das ganze Volumen segmentiert; oder wählen Sie eine andere Region.</translation>
    </message>
    <message>
        <source>Harden the transform? The volume's voxels are resampled in this scene; files on disk are not changed.</source>
        <translation>Transformation verfestigen („Harden“)? Die Voxel des Volumens werden in dieser Szene neu abgetastet; Dateien auf der Festplatte bleiben unverändert.</translation>
    </message>
    <message>
        <source>Hidden: {names}</source>
        <translation>Ausgeblendet: {names}</translation>
    </message>
    <message>
        <source>No</source>
        <translation>Nein</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>Segmentieren</translation>
    </message>
    <message>
        <source>Segment many volumes one after another with the model above.</source>
        <translation>Viele Volumen nacheinander mit dem Modell oben segmentieren.</translation>
    </message>
    <message>
        <source>Segment the input volume.</source>
        <translation>Das Eingabevolumen segmentieren.</translation>
    </message>
    <message>
        <source>Segmenting with {model}.</source>
        <translation>Segmentierung mit {model}.</translation>
    </message>
    <message>
        <source>Several volumes</source>
        <translation>Mehrere Volumen</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Stop; the scene is left unchanged.</source>
        <translation>Abbrechen; die Szene bleibt unverändert.</translation>
    </message>
    <message>
        <source>The input volume is under a non-linear transform.</source>
        <translation>Das Eingabevolumen unterliegt einer nichtlinearen Transformation.</translation>
    </message>
    <message>
        <source>The output segmentation was deleted.</source>
        <translation>Die Ausgabesegmentierung wurde gelöscht.</translation>
    </message>
    <message>
        <source>The region of interest was deleted.</source>
        <translation>Die Region (ROI) wurde gelöscht.</translation>
    </message>
    <message>
        <source>Yes, harden and segment</source>
        <translation>Ja, verfestigen und segmentieren</translation>
    </message>
</context>
<context>
    <name>segment.problems</name>
    <message>
        <source>Cancelled. The scene is unchanged.</source>
        <translation>Abgebrochen. Die Szene ist unverändert.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>Bericht kopieren</translation>
    </message>
    <message>
        <source>Replace and segment</source>
        <translation>Ersetzen und segmentieren</translation>
    </message>
    <message>
        <source>Use the CPU</source>
        <translation>CPU verwenden</translation>
    </message>
</context>
<context>
    <name>segment.region</name>
    <message>
        <source>Take it out of the transform, or place a new one.</source>
        <translation>Nehmen Sie sie aus der Transformation, oder setzen Sie eine neue.</translation>
    </message>
    <message>
        <source>The region of interest is under a non-linear transform.</source>
        <translation>Die Region unterliegt einer nichtlinearen Transformation.</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Volumen</translation>
    </message>
    <message>
        <source>{name} region</source>
        <translation>Region {name}</translation>
    </message>
</context>
<context>
    <name>segment.result_view</name>
    <message>
        <source>1 doubtful spot.</source>
        <translation>1 fragliche Stelle.</translation>
    </message>
    <message>
        <source>Certainty</source>
        <translation>Sicherheit</translation>
    </message>
    <message>
        <source>Doubtful spot {number}</source>
        <translation>Fragliche Stelle {number}</translation>
    </message>
    <message>
        <source>Doubtful spot {number} of {count}, voxels: {size}</source>
        <translation>Fragliche Stelle {number} von {count}, Voxel: {size}</translation>
    </message>
    <message>
        <source>Made of frame {number}.</source>
        <translation>Vom Zeitpunkt {number}.</translation>
    </message>
    <message>
        <source>No doubtful spot is large enough to list.</source>
        <translation>Keine fragliche Stelle ist groß genug für die Liste.</translation>
    </message>
    <message>
        <source>No review map was made with this result.</source>
        <translation>Zu diesem Ergebnis wurde keine Prüfkarte erstellt.</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>Segment</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>The 3D surfaces could not be made.</source>
        <translation>Die 3D-Oberflächen konnten nicht erstellt werden.</translation>
    </message>
    <message>
        <source>The model found none of its structures in this image.</source>
        <translation>Das Modell fand in diesem Bild keine seiner Strukturen.</translation>
    </message>
    <message>
        <source>deleted</source>
        <translation>gelöscht</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>nicht gefunden</translation>
    </message>
    <message>
        <source>{count} doubtful spots, ranked by size and doubt.</source>
        <translation>{count} fragliche Stellen, nach Größe und Zweifel geordnet.</translation>
    </message>
</context>
<context>
    <name>segment.run</name>
    <message>
        <source>Choose them again.</source>
        <translation>Wählen Sie sie neu.</translation>
    </message>
    <message>
        <source>The input volume or the output segmentation was removed during the run.</source>
        <translation>Das Eingabevolumen oder die Ausgabesegmentierung wurde während des Laufs entfernt.</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Volumen</translation>
    </message>
    <message>
        <source>{name} review map</source>
        <translation>Prüfkarte {name}</translation>
    </message>
    <message>
        <source>{name} segmentation</source>
        <translation>Segmentierung {name}</translation>
    </message>
</context>
<context>
    <name>segment.sending</name>
    <message>
        <source>A new case of '{project}', with its corrected label.</source>
        <translation>Ein neuer Fall von „{project}“, mit seinem korrigierten Label.</translation>
    </message>
    <message>
        <source>Another project...</source>
        <translation>Anderes Projekt...</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Folder of a training project</source>
        <translation>Ordner eines Trainingsprojekts</translation>
    </message>
    <message>
        <source>If you have looked at the whole image and completed the label, say so.</source>
        <translation>Haben Sie das ganze Bild angesehen und das Label vervollständigt, sagen Sie es.</translation>
    </message>
    <message>
        <source>It is whole</source>
        <translation>Es ist vollständig</translation>
    </message>
    <message>
        <source>It is whole: send</source>
        <translation>Es ist vollständig: senden</translation>
    </message>
    <message>
        <source>It was made in a region: the image outside counts as unlabelled.</source>
        <translation>Es entstand in einer Region: Das Bild außerhalb gilt als ungelabelt.</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>So lassen</translation>
    </message>
    <message>
        <source>Make this result, which you have looked at and corrected, a labelled case of a training project.</source>
        <translation>Aus diesem Ergebnis, das Sie geprüft und korrigiert haben, einen gelabelten Fall eines Trainingsprojekts machen.</translation>
    </message>
    <message>
        <source>Replace its label</source>
        <translation>Label ersetzen</translation>
    </message>
    <message>
        <source>Segment the image again, or load the result.</source>
        <translation>Segmentieren Sie das Bild noch einmal, oder laden Sie das Ergebnis.</translation>
    </message>
    <message>
        <source>Send corrected result to a project</source>
        <translation>Korrigiertes an ein Projekt senden</translation>
    </message>
    <message>
        <source>The case of '{project}' has this corrected label now.</source>
        <translation>Der Fall von „{project}“ hat jetzt dieses korrigierte Label.</translation>
    </message>
    <message>
        <source>The corrected label took the place of the one in '{project}'.</source>
        <translation>Das korrigierte Label hat das in „{project}“ ersetzt.</translation>
    </message>
    <message>
        <source>The result is not in the scene any more.</source>
        <translation>Das Ergebnis ist nicht mehr in der Szene.</translation>
    </message>
</context>
<context>
    <name>segment.sizes</name>
    <message>
        <source>1 pixel</source>
        <translation>1 Pixel</translation>
    </message>
    <message>
        <source>ml</source>
        <translation>ml</translation>
    </message>
    <message>
        <source>mm²</source>
        <translation>mm²</translation>
    </message>
    <message>
        <source>pixels</source>
        <translation>Pixel</translation>
    </message>
    <message>
        <source>{area} mm²</source>
        <translation>{area} mm²</translation>
    </message>
    <message>
        <source>{count} pixels</source>
        <translation>{count} Pixel</translation>
    </message>
    <message>
        <source>{volume} ml</source>
        <translation>{volume} ml</translation>
    </message>
</context>
<context>
    <name>segment.views</name>
    <message>
        <source>Segment it again.</source>
        <translation>Segmentieren Sie es noch einmal.</translation>
    </message>
    <message>
        <source>The volume has changed since it was segmented: this spot cannot be found.</source>
        <translation>Das Volumen hat sich seit dem Segmentieren geändert: Diese Stelle ist nicht zu finden.</translation>
    </message>
</context>
<context>
    <name>segment.volume_job</name>
    <message>
        <source>The result</source>
        <translation>Das Ergebnis</translation>
    </message>
</context>
<context>
    <name>set_up.closed</name>
    <message>
        <source>Set-up</source>
        <translation>Einrichtung</translation>
    </message>
    <message>
        <source>The Python packages that SemiGDA computes with.</source>
        <translation>Die Python-Pakete, mit denen SemiGDA rechnet.</translation>
    </message>
</context>
<context>
    <name>set_up.external</name>
    <message>
        <source>Choose another Python.</source>
        <translation>Wählen Sie ein anderes Python.</translation>
    </message>
    <message>
        <source>Choose the program python (python.exe) of an environment that has PyTorch.</source>
        <translation>Wählen Sie das Programm python (python.exe) einer Umgebung mit PyTorch.</translation>
    </message>
    <message>
        <source>In this Python these packages are missing or damaged: {names}.</source>
        <translation>In diesem Python fehlen diese Pakete oder sind beschädigt: {names}.</translation>
    </message>
    <message>
        <source>Install them there: python -m pip install {names}</source>
        <translation>Installieren Sie sie dort: python -m pip install {names}</translation>
    </message>
    <message>
        <source>This is Python {version}; SemiGDA needs {oldest} or later.</source>
        <translation>Das ist Python {version}; SemiGDA braucht {oldest} oder neuer.</translation>
    </message>
    <message>
        <source>This is not a Python.</source>
        <translation>Das ist kein Python.</translation>
    </message>
</context>
<context>
    <name>set_up.health</name>
    <message>
        <source>Choose the CPU, or update the graphics driver.</source>
        <translation>Wählen Sie die CPU, oder aktualisieren Sie den Grafiktreiber.</translation>
    </message>
    <message>
        <source>Click Repair.</source>
        <translation>Klicken Sie auf „Reparieren“.</translation>
    </message>
    <message>
        <source>PyTorch is installed but cannot compute on the chosen device.</source>
        <translation>PyTorch ist installiert, kann aber auf dem gewählten Gerät nicht rechnen.</translation>
    </message>
    <message>
        <source>These Python packages are missing or damaged: {names}.</source>
        <translation>Diese Python-Pakete fehlen oder sind beschädigt: {names}.</translation>
    </message>
    <message>
        <source>not checked yet</source>
        <translation>noch nicht geprüft</translation>
    </message>
</context>
<context>
    <name>set_up.installing</name>
    <message>
        <source>Check the network connection, restart Slicer and try again. Without a network, choose a folder with the packages' wheels (.whl files).</source>
        <translation>Prüfen Sie die Netzverbindung, starten Sie Slicer neu, und versuchen Sie es noch einmal. Ohne Netz: Wählen Sie einen Ordner mit den Paketen (.whl-Dateien).</translation>
    </message>
    <message>
        <source>Install the extension 'PyTorch' in the Extensions Manager, restart Slicer, then set up again.</source>
        <translation>Installieren Sie die Erweiterung „PyTorch“ im Extensions Manager, starten Sie Slicer neu, und richten Sie dann noch einmal ein.</translation>
    </message>
    <message>
        <source>SemiGDA computes with PyTorch, which comes with Slicer's PyTorch extension.</source>
        <translation>SemiGDA rechnet mit PyTorch, das mit Slicers Erweiterung PyTorch kommt.</translation>
    </message>
    <message>
        <source>The installation of {name} failed.</source>
        <translation>Die Installation von {name} ist fehlgeschlagen.</translation>
    </message>
    <message>
        <source>The packages need about {needed} on Slicer's disk, and {free} are free.</source>
        <translation>Die Pakete brauchen etwa {needed} auf Slicers Festplatte; {free} sind frei.</translation>
    </message>
    <message>
        <source>{count} GB</source>
        <translation>{count} GB</translation>
    </message>
    <message>
        <source>{count} MB</source>
        <translation>{count} MB</translation>
    </message>
</context>
<context>
    <name>set_up.section</name>
    <message>
        <source>All requirements work. {what}</source>
        <translation>Alle Voraussetzungen sind erfüllt. {what}</translation>
    </message>
    <message>
        <source>Check and repair</source>
        <translation>Prüfen und reparieren</translation>
    </message>
    <message>
        <source>Checking: every package, and one convolution on the device...</source>
        <translation>Prüfung: jedes Paket und eine Faltung auf dem Gerät...</translation>
    </message>
    <message>
        <source>Choose a folder with the packages' wheels (.whl files)</source>
        <translation>Wählen Sie einen Ordner mit den Paketen (.whl-Dateien)</translation>
    </message>
    <message>
        <source>Choose the program python (python.exe) of a Python that has PyTorch</source>
        <translation>Wählen Sie das Programm python (python.exe) eines Python mit PyTorch</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Compute in Slicer's own Python again.</source>
        <translation>Wieder in Slicers eigenem Python rechnen.</translation>
    </message>
    <message>
        <source>Compute in another Python that has PyTorch, for graphics cards that Slicer's own cannot use. Nothing is installed into it.</source>
        <translation>In einem anderen Python mit PyTorch rechnen, für Grafikkarten, die Slicers eigenes nicht nutzen kann. Dort wird nichts installiert.</translation>
    </message>
    <message>
        <source>Download and install this into Slicer: {names}.</source>
        <translation>Das hier herunterladen und in Slicer installieren: {names}.</translation>
    </message>
    <message>
        <source>Everything that SemiGDA needs is installed.</source>
        <translation>Alles, was SemiGDA braucht, ist installiert.</translation>
    </message>
    <message>
        <source>External Python...</source>
        <translation>Externes Python...</translation>
    </message>
    <message>
        <source>From a folder...</source>
        <translation>Aus Ordner...</translation>
    </message>
    <message>
        <source>Install PyTorch again ({size})</source>
        <translation>PyTorch neu installieren ({size})</translation>
    </message>
    <message>
        <source>Installed.</source>
        <translation>Installiert.</translation>
    </message>
    <message>
        <source>Installing {name} ({number} of {count})...</source>
        <translation>{name} wird installiert ({number} von {count})...</translation>
    </message>
    <message>
        <source>Preparing...</source>
        <translation>Vorbereitung...</translation>
    </message>
    <message>
        <source>Progress of the set-up.</source>
        <translation>Fortschritt der Einrichtung.</translation>
    </message>
    <message>
        <source>PyTorch (computes)</source>
        <translation>PyTorch (rechnet)</translation>
    </message>
    <message>
        <source>PyTorch {version} on {device}, Python {python}.</source>
        <translation>PyTorch {version} auf {device}, Python {python}.</translation>
    </message>
    <message>
        <source>Repair ({size})</source>
        <translation>Reparieren ({size})</translation>
    </message>
    <message>
        <source>SemiGDA computes in an external Python ({name}).</source>
        <translation>SemiGDA rechnet in einem externen Python ({name}).</translation>
    </message>
    <message>
        <source>SemiGDA needs these packages, once:</source>
        <translation>SemiGDA braucht diese Pakete, einmalig:</translation>
    </message>
    <message>
        <source>Set up</source>
        <translation>Einrichten</translation>
    </message>
    <message>
        <source>Set up ({size})</source>
        <translation>Einrichten ({size})</translation>
    </message>
    <message>
        <source>SimpleITK (reads images)</source>
        <translation>SimpleITK (liest Bilder)</translation>
    </message>
    <message>
        <source>Test every package and compute once on the device, in a separate process; what fails can then be installed again.</source>
        <translation>Jedes Paket testen und einmal auf dem Gerät rechnen, in einem eigenen Prozess; was nicht gelingt, kann dann neu installiert werden.</translation>
    </message>
    <message>
        <source>Testing the external Python...</source>
        <translation>Das externe Python wird getestet...</translation>
    </message>
    <message>
        <source>They take about {needed} on Slicer's disk; {free} are free.</source>
        <translation>Sie brauchen etwa {needed} auf Slicers Festplatte; {free} sind frei.</translation>
    </message>
    <message>
        <source>Use Slicer's own</source>
        <translation>Slicers eigenes verwenden</translation>
    </message>
    <message>
        <source>What is installed, and what is missing.</source>
        <translation>Was installiert ist und was fehlt.</translation>
    </message>
    <message>
        <source>Without a network: install from a folder with the packages' wheels (.whl files).</source>
        <translation>Ohne Netzverbindung: aus einem Ordner mit den Paketen (.whl-Dateien) installieren.</translation>
    </message>
    <message>
        <source>damaged</source>
        <translation>beschädigt</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>not made for this graphics card</source>
        <translation>nicht für diese Grafikkarte gemacht</translation>
    </message>
    <message>
        <source>safetensors (reads models)</source>
        <translation>safetensors (liest Modelle)</translation>
    </message>
</context>
<context>
    <name>several.asking</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Leave them out</source>
        <translation>Auslassen</translation>
    </message>
    <message>
        <source>Not the kind of image that this model was trained on: {number} of {count}.</source>
        <translation>Andere Bilder als die, mit denen dieses Modell trainiert wurde: {number} von {count}.</translation>
    </message>
    <message>
        <source>Segment all</source>
        <translation>Alle segmentieren</translation>
    </message>
</context>
<context>
    <name>several.logic</name>
    <message>
        <source>A region of interest of the scene does not apply to files.</source>
        <translation>Eine Region der Szene gilt nicht für Dateien.</translation>
    </message>
    <message>
        <source>A segmentation is running already.</source>
        <translation>Es läuft bereits eine Segmentierung.</translation>
    </message>
    <message>
        <source>Choose an output folder.</source>
        <translation>Wählen Sie einen Ausgabeordner.</translation>
    </message>
    <message>
        <source>Choose another source, or load a volume.</source>
        <translation>Wählen Sie eine andere Quelle, oder laden Sie ein Volumen.</translation>
    </message>
    <message>
        <source>Load them, or choose the whole volume as the region.</source>
        <translation>Laden Sie sie, oder wählen Sie als Region das ganze Volumen.</translation>
    </message>
    <message>
        <source>The results of files need a folder.</source>
        <translation>Die Ergebnisse von Dateien brauchen einen Ordner.</translation>
    </message>
    <message>
        <source>There is no volume to segment.</source>
        <translation>Es gibt kein Volumen zu segmentieren.</translation>
    </message>
    <message>
        <source>Wait until it has ended, or cancel it.</source>
        <translation>Warten Sie, bis sie beendet ist, oder brechen Sie sie ab.</translation>
    </message>
</context>
<context>
    <name>several.rows</name>
    <message>
        <source>Load it again.</source>
        <translation>Laden Sie es noch einmal.</translation>
    </message>
    <message>
        <source>The volume is not in the scene any more.</source>
        <translation>Das Volumen ist nicht mehr in der Szene.</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Volumen</translation>
    </message>
</context>
<context>
    <name>several.runs</name>
    <message>
        <source>Place it again, or choose the whole volume.</source>
        <translation>Platzieren Sie sie erneut, oder wählen Sie das ganze Volumen.</translation>
    </message>
    <message>
        <source>Segmenting image {number} of {total}</source>
        <translation>Bild {number} von {total} wird segmentiert</translation>
    </message>
    <message>
        <source>The region of interest is not in the scene any more.</source>
        <translation>Die Region ist nicht mehr in der Szene.</translation>
    </message>
    <message>
        <source>The segmentation in the folder is an earlier one.</source>
        <translation>Die Segmentierung im Ordner ist eine frühere.</translation>
    </message>
</context>
<context>
    <name>several.section</name>
    <message>
        <source>A folder on the disk</source>
        <translation>Ein Ordner auf der Festplatte</translation>
    </message>
    <message>
        <source>All volumes of the scene</source>
        <translation>Alle Volumen der Szene</translation>
    </message>
    <message>
        <source>Choose a folder for the results first.</source>
        <translation>Wählen Sie zuerst einen Ordner für die Ergebnisse.</translation>
    </message>
    <message>
        <source>Choose another folder, or untick Skip done to replace them.</source>
        <translation>Wählen Sie einen anderen Ordner, oder schalten Sie „Fertige überspringen“ aus, um sie zu ersetzen.</translation>
    </message>
    <message>
        <source>Choose the folder with the images.</source>
        <translation>Wählen Sie den Ordner mit den Bildern.</translation>
    </message>
    <message>
        <source>Contact sheet</source>
        <translation>Bildübersicht</translation>
    </message>
    <message>
        <source>Gets a .seg.nrrd for each volume, a table (summary.csv) and a contact sheet. For volumes of the scene it may stay empty: they get a segmentation in the scene anyway.</source>
        <translation>Erhält für jedes Volumen eine .seg.nrrd, eine Tabelle (summary.csv) und eine Bildübersicht. Für Volumen der Szene kann er leer bleiben: Sie erhalten ohnehin eine Segmentierung in der Szene.</translation>
    </message>
    <message>
        <source>Go on where it was stopped. Without it all are segmented again, also those of another model; results that you have edited are never replaced.</source>
        <translation>Dort weitermachen, wo angehalten wurde. Sonst werden alle neu segmentiert, auch die eines anderen Modells; von Ihnen bearbeitete Ergebnisse werden nie ersetzt.</translation>
    </message>
    <message>
        <source>How far it is.</source>
        <translation>Wie weit es ist.</translation>
    </message>
    <message>
        <source>Images:</source>
        <translation>Bilder:</translation>
    </message>
    <message>
        <source>Progress of all volumes.</source>
        <translation>Fortschritt aller Volumen.</translation>
    </message>
    <message>
        <source>Results:</source>
        <translation>Ergebnisse:</translation>
    </message>
    <message>
        <source>Retry failed</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Segment all</source>
        <translation>Alle segmentieren</translation>
    </message>
    <message>
        <source>Segment only those that have failed.</source>
        <translation>Nur die fehlgeschlagenen segmentieren.</translation>
    </message>
    <message>
        <source>Segment these volumes one after another.</source>
        <translation>Diese Volumen nacheinander segmentieren.</translation>
    </message>
    <message>
        <source>Show a slice of every volume with the outlines found.</source>
        <translation>Von jedem Volumen eine Schicht mit den gefundenen Umrissen zeigen.</translation>
    </message>
    <message>
        <source>Skip done</source>
        <translation>Fertige überspringen</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Stop now; what is finished stays.</source>
        <translation>Jetzt anhalten; was fertig ist, bleibt.</translation>
    </message>
    <message>
        <source>Stopped: {summary}</source>
        <translation>Angehalten: {summary}</translation>
    </message>
    <message>
        <source>Stopping...</source>
        <translation>Wird angehalten...</translation>
    </message>
    <message>
        <source>The folder with the images: files, or a folder with a DICOM series for each.</source>
        <translation>Der Ordner mit den Bildern: Dateien, oder für jedes ein Ordner mit einer DICOM-Serie.</translation>
    </message>
    <message>
        <source>The region of interest is of this scene: files are segmented whole.</source>
        <translation>Die Region gehört zu dieser Szene: Dateien werden ganz segmentiert.</translation>
    </message>
    <message>
        <source>The volumes of this scene, those of one study or folder of the Data module, or the images of a folder on the disk, which need not be loaded.</source>
        <translation>Die Volumen dieser Szene, die einer Studie oder eines Ordners des Moduls Data, oder die Bilder eines Ordners auf der Festplatte, die nicht geladen sein müssen.</translation>
    </message>
    <message>
        <source>There is no volume here.</source>
        <translation>Hier ist kein Volumen.</translation>
    </message>
    <message>
        <source>Volumes:</source>
        <translation>Volumen:</translation>
    </message>
    <message>
        <source>{count} failed</source>
        <translation>{count} fehlgeschlagen</translation>
    </message>
    <message>
        <source>{count} left out</source>
        <translation>{count} ausgelassen</translation>
    </message>
    <message>
        <source>{count} outside the region</source>
        <translation>{count} außerhalb der Region</translation>
    </message>
    <message>
        <source>{done} of {total} done</source>
        <translation>{done} von {total} fertig</translation>
    </message>
    <message>
        <source>{name} (1 volume)</source>
        <translation>{name} (1 Volumen)</translation>
    </message>
    <message>
        <source>{name} ({count} volumes)</source>
        <translation>{name} ({count} Volumen)</translation>
    </message>
</context>
<context>
    <name>several.showing</name>
    <message>
        <source>Load it in the DICOM module.</source>
        <translation>Laden Sie sie im Modul DICOM.</translation>
    </message>
    <message>
        <source>Load it with Add Data, which says why.</source>
        <translation>Laden Sie sie mit Add Data; das sagt, warum.</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Anzeigen</translation>
    </message>
    <message>
        <source>Show the selected volume and its result in the views; a file is loaded. A double click on its row does the same.</source>
        <translation>Zeigt das ausgewählte Volumen und sein Ergebnis in den Ansichten; eine Datei wird geladen. Ein Doppelklick auf die Zeile tut dasselbe.</translation>
    </message>
    <message>
        <source>Slicer could not load this file.</source>
        <translation>Slicer konnte diese Datei nicht laden.</translation>
    </message>
    <message>
        <source>The image is a DICOM series.</source>
        <translation>Das Bild ist eine DICOM-Serie.</translation>
    </message>
</context>
<context>
    <name>several.table</name>
    <message>
        <source>Found, certainty</source>
        <translation>Gefunden, Sicherheit</translation>
    </message>
    <message>
        <source>Not this model's kind of image</source>
        <translation>Anderes Bild, als das Modell kennt</translation>
    </message>
    <message>
        <source>Outside the region</source>
        <translation>Außerhalb der Region</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Unlike the training images</source>
        <translation>Anders als die Trainingsbilder</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Volumen</translation>
    </message>
    <message>
        <source>What became of each volume: the size of each structure, and how much of it the model expects to be right (0 to 1), with a word and a range as in a single result. A failed one says why; the others are not affected.</source>
        <translation>Was aus jedem Volumen wurde: die Größe jeder Struktur, und welchen Anteil davon das Modell für richtig hält (0 bis 1), mit Bewertung und Bereich wie bei einem einzelnen Ergebnis. Ein fehlgeschlagenes nennt den Grund; die anderen sind nicht betroffen.</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>bearbeitet</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>left out</source>
        <translation>ausgelassen</translation>
    </message>
    <message>
        <source>outside</source>
        <translation>außerhalb</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
</context>
<context>
    <name>slices.bar</name>
    <message>
        <source>Add a segment for a region that nobody can label: it is no class, and its voxels count as unlabelled.</source>
        <translation>Ein Segment für einen Bereich hinzufügen, den niemand labeln kann: Es ist keine Klasse, und seine Voxel gelten als ungelabelt.</translation>
    </message>
    <message>
        <source>Back to the proposed or finished slice before this one. Key: {key}</source>
        <translation>Zurück zur vorgeschlagenen oder fertigen Schicht vor dieser. Taste: {key}</translation>
    </message>
    <message>
        <source>Every class is drawn on the slice in this view, or is not there: an empty slice counts as empty. Key: {key}</source>
        <translation>Auf der Schicht dieser Ansicht ist jede Klasse gezeichnet, oder sie ist nicht da: Eine leere Schicht gilt als leer. Taste: {key}</translation>
    </message>
    <message>
        <source>Ignore region</source>
        <translation>Bereich auslassen</translation>
    </message>
    <message>
        <source>Mark a range...</source>
        <translation>Einen Bereich markieren...</translation>
    </message>
    <message>
        <source>Mark all between the first and the last drawn one</source>
        <translation>Alle von der ersten bis zur letzten gezeichneten markieren</translation>
    </message>
    <message>
        <source>Mark or unmark several slices.</source>
        <translation>Mehrere Schichten markieren, oder ihre Markierung aufheben.</translation>
    </message>
    <message>
        <source>Mark slice</source>
        <translation>Markieren</translation>
    </message>
    <message>
        <source>Mark slice {index}</source>
        <translation>{index} markieren</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>On to the next proposed or finished slice. Key: {key}</source>
        <translation>Weiter zur nächsten vorgeschlagenen oder fertigen Schicht. Taste: {key}</translation>
    </message>
    <message>
        <source>Only on marked slices is every class drawn. All others count as unlabelled, whatever is drawn there.</source>
        <translation>Nur auf markierten Schichten ist jede Klasse gezeichnet. Alle anderen gelten als ungelabelt, was immer dort gezeichnet ist.</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Propose a few evenly spaced slices to draw.</source>
        <translation>Einige Schichten in gleichem Abstand zum Zeichnen vorschlagen.</translation>
    </message>
    <message>
        <source>Proposed: {which}</source>
        <translation>Vorgeschlagen: {which}</translation>
    </message>
    <message>
        <source>The slice in the view that the mouse was in last.</source>
        <translation>Die Schicht in der Ansicht, in der die Maus zuletzt war.</translation>
    </message>
    <message>
        <source>The slice in this view is not finished.</source>
        <translation>Die Schicht dieser Ansicht ist nicht fertig.</translation>
    </message>
    <message>
        <source>The slices that are finished.</source>
        <translation>Die fertigen Schichten.</translation>
    </message>
    <message>
        <source>The slices to draw, evenly spaced.</source>
        <translation>Die zu zeichnenden Schichten, in gleichem Abstand.</translation>
    </message>
    <message>
        <source>The whole volume is labelled</source>
        <translation>Das ganze Volumen ist gelabelt</translation>
    </message>
    <message>
        <source>These slices are finished</source>
        <translation>Diese Schichten sind fertig</translation>
    </message>
    <message>
        <source>Turn the slice views to the image's own slices.</source>
        <translation>Die Schichtansichten zu den Schichten des Bildes drehen.</translation>
    </message>
    <message>
        <source>Turn views</source>
        <translation>Drehen</translation>
    </message>
    <message>
        <source>Unmark</source>
        <translation>Aufheben</translation>
    </message>
    <message>
        <source>Unmark all</source>
        <translation>Alle Markierungen aufheben</translation>
    </message>
    <message>
        <source>What is wrong, and what to do.</source>
        <translation>Was nicht stimmt und was zu tun ist.</translation>
    </message>
    <message>
        <source>Where nothing is drawn, there is nothing.</source>
        <translation>Wo nichts gezeichnet ist, da ist nichts.</translation>
    </message>
    <message>
        <source>Which slices?...</source>
        <translation>Welche Schichten?...</translation>
    </message>
    <message>
        <source>{view} view: slice {index}, finished.</source>
        <translation>Ansicht {view}: Schicht {index}, fertig.</translation>
    </message>
    <message>
        <source>{view} view: slice {index}, not finished.</source>
        <translation>Ansicht {view}: Schicht {index}, nicht fertig.</translation>
    </message>
</context>
<context>
    <name>slices.dialogs</name>
    <message>
        <source>A model found something on slices {first} to {last}.</source>
        <translation>Ein Modell fand etwas auf den Schichten {first} bis {last}.</translation>
    </message>
    <message>
        <source>About a tenth of the slices is a good start.</source>
        <translation>Etwa ein Zehntel der Schichten ist ein guter Anfang.</translation>
    </message>
    <message>
        <source>Evenly spaced slices do as well as chosen ones. Draw every class on each of them, mark it as finished, and go to the next.</source>
        <translation>Schichten in gleichem Abstand sind so gut wie ausgesuchte. Zeichnen Sie auf jeder alle Klassen, markieren Sie sie als fertig, und gehen Sie zur nächsten.</translation>
    </message>
    <message>
        <source>Every class is drawn on all of these slices, or is not there. They begin with 0.</source>
        <translation>Auf all diesen Schichten ist jede Klasse gezeichnet, oder sie ist nicht da. Die Zählung beginnt mit 0.</translation>
    </message>
    <message>
        <source>First slice:</source>
        <translation>Erste Schicht:</translation>
    </message>
    <message>
        <source>How many:</source>
        <translation>Wie viele:</translation>
    </message>
    <message>
        <source>Last slice:</source>
        <translation>Letzte Schicht:</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>Markieren</translation>
    </message>
    <message>
        <source>Mark a range</source>
        <translation>Einen Bereich markieren</translation>
    </message>
    <message>
        <source>Propose</source>
        <translation>Vorschlagen</translation>
    </message>
    <message>
        <source>Slices are counted from 0, as in Slicer's Data Probe.</source>
        <translation>Schichten zählen ab 0, wie in Slicers Data Probe.</translation>
    </message>
    <message>
        <source>Something is drawn on slices {first} to {last}.</source>
        <translation>Gezeichnet ist etwas auf den Schichten {first} bis {last}.</translation>
    </message>
    <message>
        <source>The image shows something on slices {first} to {last}. Say where the structure begins and ends, if you know.</source>
        <translation>Das Bild zeigt etwas auf den Schichten {first} bis {last}. Geben Sie an, wo die Struktur beginnt und endet, wenn Sie es wissen.</translation>
    </message>
    <message>
        <source>Which slices?</source>
        <translation>Welche Schichten?</translation>
    </message>
</context>
<context>
    <name>slices.ignored</name>
    <message>
        <source>Ignore</source>
        <translation>Auslassen</translation>
    </message>
</context>
<context>
    <name>slices.logic</name>
    <message>
        <source>No label is open.</source>
        <translation>Es ist kein Label geöffnet.</translation>
    </message>
    <message>
        <source>Open a case in Segment Editor first.</source>
        <translation>Öffnen Sie zuerst einen Fall im Segment Editor.</translation>
    </message>
</context>
<context>
    <name>slices.marks</name>
    <message>
        <source>Go on in the view that they were marked in, or unmark all of them.</source>
        <translation>Machen Sie in der Ansicht weiter, in der sie markiert wurden, oder heben Sie alle Markierungen auf.</translation>
    </message>
    <message>
        <source>The finished slices of a label all lie in one direction.</source>
        <translation>Die fertigen Schichten eines Labels liegen alle in einer Richtung.</translation>
    </message>
</context>
<context>
    <name>slices.planes</name>
    <message>
        <source>Choose a label that was drawn on the image.</source>
        <translation>Wählen Sie ein Label, das auf dem Bild gezeichnet wurde.</translation>
    </message>
    <message>
        <source>Click Turn views.</source>
        <translation>Klicken Sie auf „Drehen“.</translation>
    </message>
    <message>
        <source>Move it onto the image.</source>
        <translation>Schieben Sie sie auf das Bild.</translation>
    </message>
    <message>
        <source>The finished slices of the label are not slices of its image.</source>
        <translation>Die fertigen Schichten des Labels sind keine Schichten seines Bildes.</translation>
    </message>
    <message>
        <source>The {view} view is not parallel to the image's slices.</source>
        <translation>Die Ansicht {view} ist nicht parallel zu den Schichten des Bildes.</translation>
    </message>
    <message>
        <source>The {view} view shows no slice of the image.</source>
        <translation>Die Ansicht {view} zeigt keine Schicht des Bildes.</translation>
    </message>
</context>
<context>
    <name>slices.slice_label</name>
    <message>
        <source>Click Turn views.</source>
        <translation>Klicken Sie auf „Drehen“.</translation>
    </message>
    <message>
        <source>Draw a class on a slice first.</source>
        <translation>Zeichnen Sie zuerst eine Klasse auf einer Schicht.</translation>
    </message>
    <message>
        <source>No view is parallel to these slices.</source>
        <translation>Keine Ansicht ist parallel zu diesen Schichten.</translation>
    </message>
    <message>
        <source>Nothing is drawn yet.</source>
        <translation>Es ist noch nichts gezeichnet.</translation>
    </message>
    <message>
        <source>Slices go from 0 to {last}.</source>
        <translation>Die Schichten gehen von 0 bis {last}.</translation>
    </message>
    <message>
        <source>There are no such slices.</source>
        <translation>Solche Schichten gibt es nicht.</translation>
    </message>
</context>
<context>
    <name>slices.words</name>
    <message>
        <source>1 slice</source>
        <translation>1 Sch.</translation>
    </message>
    <message>
        <source>No slice is finished yet.</source>
        <translation>Noch keine Schicht ist fertig.</translation>
    </message>
    <message>
        <source>One case is labelled on some slices only: it is scored on those alone.</source>
        <translation>Ein Fall ist nur auf einigen Schichten gelabelt: Bewertet wird er nur auf diesen.</translation>
    </message>
    <message>
        <source>The whole volume counts as labelled.</source>
        <translation>Das ganze Volumen gilt als gelabelt.</translation>
    </message>
    <message>
        <source>labelled on 1 slice</source>
        <translation>gelabelt auf 1 Schicht</translation>
    </message>
    <message>
        <source>labelled on {count} slices</source>
        <translation>gelabelt auf {count} Schichten</translation>
    </message>
    <message>
        <source>labelled on {finished} of {count} slices</source>
        <translation>gelabelt auf {finished} von {count} Schichten</translation>
    </message>
    <message>
        <source>{count} cases are labelled on some slices only: they are scored on those alone.</source>
        <translation>{count} Fälle sind nur auf einigen Schichten gelabelt: Bewertet werden sie nur auf diesen.</translation>
    </message>
    <message>
        <source>{count} slices</source>
        <translation>{count} Sch.</translation>
    </message>
    <message>
        <source>{finished} of {count} slices finished: {which}</source>
        <translation>{finished} von {count} Schichten fertig: {which}</translation>
    </message>
    <message>
        <source>{finished}/{count} slices</source>
        <translation>{finished}/{count} Sch.</translation>
    </message>
</context>
<context>
    <name>train.covered</name>
    <message>
        <source>'{name}' under '{other}'</source>
        <translation>„{name}“ unter „{other}“</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Move it further down in the list of segments, or delete what is double.</source>
        <translation>Verschieben Sie es in der Liste der Segmente weiter nach unten, oder löschen Sie, was doppelt ist.</translation>
    </message>
    <message>
        <source>Others cover most of a segment, which would be lost: {names}.</source>
        <translation>Andere verdecken den größten Teil eines Segments, das verloren ginge: {names}.</translation>
    </message>
    <message>
        <source>Save without it</source>
        <translation>Ohne es speichern</translation>
    </message>
    <message>
        <source>Smaller ones can be put on top. Otherwise change their order in the list.</source>
        <translation>Kleinere können nach oben gelegt werden. Ändern Sie sonst ihre Reihenfolge in der Liste.</translation>
    </message>
    <message>
        <source>Smaller ones on top</source>
        <translation>Kleinere nach oben</translation>
    </message>
    <message>
        <source>The segments that cover it are smaller, or as large.</source>
        <translation>Die Segmente, die es verdecken, sind kleiner oder gleich groß.</translation>
    </message>
</context>
<context>
    <name>train.panel</name>
    <message>
        <source>&lt;b&gt;Next:&lt;/b&gt; {step}</source>
        <translation>&lt;b&gt;Als Nächstes:&lt;/b&gt; {step}</translation>
    </message>
    <message>
        <source>Choose or create an empty folder for the project</source>
        <translation>Wählen Sie einen leeren Ordner für das Projekt, oder legen Sie einen an</translation>
    </message>
    <message>
        <source>Create a project or open one: a folder that keeps the cases, their labels and the trained models.</source>
        <translation>Legen Sie ein Projekt an, oder öffnen Sie eines: ein Ordner mit den Fällen, ihren Labels und den trainierten Modellen.</translation>
    </message>
    <message>
        <source>Everything is done.</source>
        <translation>Alles ist erledigt.</translation>
    </message>
    <message>
        <source>No project is open</source>
        <translation>Kein Projekt ist geöffnet</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>Noch keine</translation>
    </message>
    <message>
        <source>Open a project's folder</source>
        <translation>Projektordner öffnen</translation>
    </message>
    <message>
        <source>Project opened.</source>
        <translation>Projekt geöffnet.</translation>
    </message>
    <message>
        <source>Save or discard it first.</source>
        <translation>Speichern oder verwerfen Sie es zuerst.</translation>
    </message>
    <message>
        <source>The label of a case is not saved yet.</source>
        <translation>Das Label eines Falls ist noch nicht gespeichert.</translation>
    </message>
    <message>
        <source>The open training project.</source>
        <translation>Das geöffnete Trainingsprojekt.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
</context>
<context>
    <name>train.scene_files</name>
    <message>
        <source>A label can have {most} segments; this segmentation has more.</source>
        <translation>Ein Label kann {most} Segmente haben; diese Segmentierung hat mehr.</translation>
    </message>
    <message>
        <source>Delete those that are none of your classes.</source>
        <translation>Löschen Sie die, die keine Ihrer Klassen sind.</translation>
    </message>
    <message>
        <source>Draw something first, or choose another segmentation.</source>
        <translation>Zeichnen Sie zuerst etwas, oder wählen Sie eine andere Segmentierung.</translation>
    </message>
    <message>
        <source>Go to frame {number} of the sequence first.</source>
        <translation>Gehen Sie zuerst zum Zeitpunkt {number} der Sequenz.</translation>
    </message>
    <message>
        <source>Load it, or save the segmentation and choose its file.</source>
        <translation>Laden Sie es, oder speichern Sie die Segmentierung und wählen Sie ihre Datei.</translation>
    </message>
    <message>
        <source>Put both under the same transform, or harden the transforms.</source>
        <translation>Bringen Sie beide unter dieselbe Transformation, oder verfestigen Sie die Transformationen.</translation>
    </message>
    <message>
        <source>The label could not be written to disk.</source>
        <translation>Das Label konnte nicht auf die Festplatte geschrieben werden.</translation>
    </message>
    <message>
        <source>The label map and its volume are under different transforms.</source>
        <translation>Die Labelkarte und ihr Volumen unterliegen verschiedenen Transformationen.</translation>
    </message>
    <message>
        <source>The segmentation is empty: no segment has a voxel inside the image.</source>
        <translation>Die Segmentierung ist leer: Kein Segment hat ein Voxel innerhalb des Bildes.</translation>
    </message>
    <message>
        <source>The volume that the segmentation was drawn on is not in the scene.</source>
        <translation>Das Volumen, auf dem die Segmentierung gezeichnet wurde, ist nicht in der Szene.</translation>
    </message>
    <message>
        <source>This result was made of another frame than the image shows.</source>
        <translation>Dieses Ergebnis stammt von einem anderen Zeitpunkt als das gezeigte Bild.</translation>
    </message>
</context>
<context>
    <name>training.curves</name>
    <message>
        <source>Dice by class</source>
        <translation>Dice je Klasse</translation>
    </message>
    <message>
        <source>Held-out cases</source>
        <translation>Testfälle</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>Losses</source>
        <translation>Verluste</translation>
    </message>
    <message>
        <source>Not measured yet: Dice is measured once the model learns to segment.</source>
        <translation>Noch nicht gemessen: Dice wird gemessen, sobald das Modell segmentieren lernt.</translation>
    </message>
    <message>
        <source>Nothing to show yet.</source>
        <translation>Noch nichts zu zeigen.</translation>
    </message>
    <message>
        <source>aligning latents</source>
        <translation>gleicht latente Räume an</translation>
    </message>
    <message>
        <source>learning to see the images</source>
        <translation>lernt, die Bilder zu sehen</translation>
    </message>
    <message>
        <source>learning to segment</source>
        <translation>lernt zu segmentieren</translation>
    </message>
</context>
<context>
    <name>training.logic</name>
    <message>
        <source>Choose a model to start from first: the full-size network is too large for your images alone.</source>
        <translation>Wählen Sie zuerst ein Modell als Beginn: Das Netz in voller Größe ist für Ihre Bilder allein zu groß.</translation>
    </message>
    <message>
        <source>The command failed.</source>
        <translation>Der Befehl ist fehlgeschlagen.</translation>
    </message>
    <message>
        <source>This computer seems to have no graphics card to train on.</source>
        <translation>Dieser Computer scheint keine Grafikkarte zum Trainieren zu haben.</translation>
    </message>
</context>
<context>
    <name>training.previews</name>
    <message>
        <source>Autoencoder</source>
        <translation>Autoencoder</translation>
    </message>
    <message>
        <source>First look, after {seconds:.0f} s</source>
        <translation>Erster Blick, nach {seconds:.0f} s</translation>
    </message>
    <message>
        <source>From left to right: {columns} ({when})</source>
        <translation>Von links nach rechts: {columns} ({when})</translation>
    </message>
    <message>
        <source>Held-out cases</source>
        <translation>Testfälle</translation>
    </message>
    <message>
        <source>Pseudo labels on unlabelled cases</source>
        <translation>Pseudo-Labels auf ungelabelten Fällen</translation>
    </message>
    <message>
        <source>The picture cannot be read.</source>
        <translation>Das Bild kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>aligning</source>
        <translation>Angleichen</translation>
    </message>
    <message>
        <source>image, drawn by each branch</source>
        <translation>Bild, gezeichnet von jedem Zweig</translation>
    </message>
    <message>
        <source>image, prediction, doubt (bright)</source>
        <translation>Bild, Vorhersage, Zweifel (hell)</translation>
    </message>
    <message>
        <source>image, reconstruction, mask, reconstructed mask</source>
        <translation>Bild, Rekonstruktion, Maske, rekonstruierte Maske</translation>
    </message>
    <message>
        <source>image, your label, prediction</source>
        <translation>Bild, Ihr Label, Vorhersage</translation>
    </message>
    <message>
        <source>seeing</source>
        <translation>Sehen</translation>
    </message>
    <message>
        <source>segmenting</source>
        <translation>Segmentieren</translation>
    </message>
    <message>
        <source>{stage}, step {step}</source>
        <translation>{stage}, Schritt {step}</translation>
    </message>
</context>
<context>
    <name>training.section</name>
    <message>
        <source>1 minute</source>
        <translation>1 Minute</translation>
    </message>
    <message>
        <source>&lt;b&gt;Cancelling...&lt;/b&gt;</source>
        <translation>&lt;b&gt;Wird abgebrochen...&lt;/b&gt;</translation>
    </message>
    <message>
        <source>&lt;b&gt;Ending:&lt;/b&gt; the model so far is measured and kept.</source>
        <translation>&lt;b&gt;Wird beendet:&lt;/b&gt; Das bisherige Modell wird gemessen und behalten.</translation>
    </message>
    <message>
        <source>&lt;b&gt;Pausing...&lt;/b&gt; Saving what was learned.</source>
        <translation>&lt;b&gt;Wird angehalten...&lt;/b&gt; Das Gelernte wird gespeichert.</translation>
    </message>
    <message>
        <source>Its process ended, or the computer was switched off. Resume continues from the last checkpoint, at most a few minutes back.</source>
        <translation>Der Prozess ist beendet, oder der Computer wurde ausgeschaltet. „Fortsetzen“ macht am letzten Sicherungspunkt weiter, höchstens einige Minuten davor.</translation>
    </message>
    <message>
        <source>Memory and graphics card are free. Resume to continue.</source>
        <translation>Speicher und Grafikkarte sind frei. „Fortsetzen“ macht weiter.</translation>
    </message>
    <message>
        <source>Not found so far: {names}. Likely causes:</source>
        <translation>Bisher nicht gefunden: {names}. Wahrscheinliche Ursachen:</translation>
    </message>
    <message>
        <source>Patient {number} of {count} held out: </source>
        <translation>Patient {number} von {count} als Test: </translation>
    </message>
    <message>
        <source>Paused.</source>
        <translation>Angehalten.</translation>
    </message>
    <message>
        <source>Paused: {why}</source>
        <translation>Angehalten: {why}</translation>
    </message>
    <message>
        <source>Rehearsal started.</source>
        <translation>Probelauf gestartet.</translation>
    </message>
    <message>
        <source>Rehearsal: starting.</source>
        <translation>Probelauf: startet.</translation>
    </message>
    <message>
        <source>Rehearse for two minutes, then start the training.</source>
        <translation>Machen Sie einen Probelauf von zwei Minuten, und starten Sie dann das Training.</translation>
    </message>
    <message>
        <source>Rehearsed: {facts}</source>
        <translation>Probelauf: {facts}</translation>
    </message>
    <message>
        <source>Resume the training that has stopped, or cancel it.</source>
        <translation>Setzen Sie das angehaltene Training fort oder brechen Sie es ab.</translation>
    </message>
    <message>
        <source>Start a training, or resume the last one.</source>
        <translation>Starten Sie ein Training, oder setzen Sie das letzte fort.</translation>
    </message>
    <message>
        <source>Start the training.</source>
        <translation>Starten Sie das Training.</translation>
    </message>
    <message>
        <source>Starting.</source>
        <translation>Startet.</translation>
    </message>
    <message>
        <source>The final model, on all labelled cases: </source>
        <translation>Das endgültige Modell, auf allen gelabelten Fällen: </translation>
    </message>
    <message>
        <source>The last training is finished: see the result below.</source>
        <translation>Das letzte Training ist beendet: Siehe das Ergebnis unten.</translation>
    </message>
    <message>
        <source>The last training was cancelled. Resume continues it.</source>
        <translation>Das letzte Training wurde abgebrochen. „Fortsetzen“ macht weiter.</translation>
    </message>
    <message>
        <source>The training takes &lt;b&gt;{text}&lt;/b&gt;.</source>
        <translation>Das Training dauert &lt;b&gt;{text}&lt;/b&gt;.</translation>
    </message>
    <message>
        <source>The training was interrupted.</source>
        <translation>Das Training wurde unterbrochen.</translation>
    </message>
    <message>
        <source>Time and memory are not measured yet. Rehearse first.</source>
        <translation>Zeit und Speicher sind noch nicht gemessen. Machen Sie zuerst einen Probelauf.</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>Training started.</source>
        <translation>Training gestartet.</translation>
    </message>
    <message>
        <source>Use the settings that fit this computer, or change the plan.</source>
        <translation>Nehmen Sie die Einstellungen, die auf diesem Computer passen, oder ändern Sie den Plan.</translation>
    </message>
    <message>
        <source>Use what fits: {offer}</source>
        <translation>Passendes verwenden: {offer}</translation>
    </message>
    <message>
        <source>Wait. The training runs by itself, even if you close Slicer.</source>
        <translation>Abwarten. Das Training läuft von selbst, auch wenn Sie Slicer schließen.</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
    <message>
        <source>device {value}</source>
        <translation>Gerät {value}</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>unterbrochen</translation>
    </message>
    <message>
        <source>labelled batch {value}</source>
        <translation>{value} gelabelte je Schritt</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>nicht gefunden</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>pausing</source>
        <translation>hält an</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>startet</translation>
    </message>
    <message>
        <source>unlabelled batch {value}</source>
        <translation>{value} ungelabelte je Schritt</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>noch {time}</translation>
    </message>
    <message>
        <source>{value} minutes</source>
        <translation>{value} Minuten</translation>
    </message>
</context>
<context>
    <name>translation.core_sentences</name>
    <message>
        <source>2-D pictures</source>
        <translation>2-D-Bildern</translation>
    </message>
    <message>
        <source>2-D {word} pictures</source>
        <translation>2-D-{word}-Bildern</translation>
    </message>
    <message>
        <source>A Python package that SemiGDA needs is missing or broken.</source>
        <translation>Ein Python-Paket, das SemiGDA braucht, fehlt oder ist defekt.</translation>
    </message>
    <message>
        <source>A file or folder cannot be used: {strerror}.</source>
        <translation>Eine Datei oder ein Ordner ist nicht verwendbar: {strerror}.</translation>
    </message>
    <message>
        <source>A label</source>
        <translation>Ein Label</translation>
    </message>
    <message>
        <source>A model's name is made of lower-case letters and digits, with single '-', '_' or '.' between them, at most 64 characters.</source>
        <translation>Der Name eines Modells besteht aus Kleinbuchstaben und Ziffern, dazwischen einzelne „-“, „_“ oder „.“, höchstens 64 Zeichen.</translation>
    </message>
    <message>
        <source>A name in the project leads out of the project's folder.</source>
        <translation>Ein Name im Projekt führt aus dem Projektordner hinaus.</translation>
    </message>
    <message>
        <source>Ask whoever keeps the catalogue, or choose another one.</source>
        <translation>Fragen Sie, wer den Katalog pflegt, oder wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>CPU threads; 0 leaves the default</source>
        <translation>CPU-Threads; 0 lässt die Voreinstellung</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>Abgebrochen.</translation>
    </message>
    <message>
        <source>Check that it exists and that you may read and write there.</source>
        <translation>Prüfen Sie, ob es vorhanden ist und Sie dort lesen und schreiben dürfen.</translation>
    </message>
    <message>
        <source>Check the image or file and try again.</source>
        <translation>Prüfen Sie das Bild oder die Datei, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Choose a folder with a shorter path.</source>
        <translation>Wählen Sie einen Ordner mit einem kürzeren Pfad.</translation>
    </message>
    <message>
        <source>Choose another device.</source>
        <translation>Wählen Sie ein anderes Gerät.</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>Wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>Choose another folder, or ask for the right to write there.</source>
        <translation>Wählen Sie einen anderen Ordner, oder bitten Sie um das Recht, dort zu schreiben.</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>Wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Choose another name or folder for the result.</source>
        <translation>Wählen Sie einen anderen Namen oder Ordner für das Ergebnis.</translation>
    </message>
    <message>
        <source>Choose another name, or ask to overwrite it.</source>
        <translation>Wählen Sie einen anderen Namen, oder überschreiben Sie.</translation>
    </message>
    <message>
        <source>Choose another name, or move what is there away yourself.</source>
        <translation>Wählen Sie einen anderen Namen, oder räumen Sie selbst weg, was dort liegt.</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>Wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Choose mm as the unit of length in Slicer's settings, and save the ROI again.</source>
        <translation>Wählen Sie in Slicers Einstellungen mm als Längeneinheit, und speichern Sie die ROI noch einmal.</translation>
    </message>
    <message>
        <source>Choose one of: {names}.</source>
        <translation>Wählen Sie aus: {names}.</translation>
    </message>
    <message>
        <source>Close other programs that use the graphics card, or choose the CPU.</source>
        <translation>Schließen Sie andere Programme, die die Grafikkarte nutzen, oder wählen Sie die CPU.</translation>
    </message>
    <message>
        <source>Close other programs, or crop the image.</source>
        <translation>Schließen Sie andere Programme, oder beschneiden Sie das Bild.</translation>
    </message>
    <message>
        <source>Copyright (c) 2020, ML Illustrated</source>
        <translation>Copyright (c) 2020, ML Illustrated</translation>
    </message>
    <message>
        <source>Done.</source>
        <translation>Fertig.</translation>
    </message>
    <message>
        <source>Free some disk space and try again.</source>
        <translation>Schaffen Sie Platz auf der Festplatte, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>General image features (EfficientNet-Lite0, Apache-2.0)</source>
        <translation>Allgemeine Bildmerkmale (EfficientNet-Lite0, Apache-2.0)</translation>
    </message>
    <message>
        <source>General image features: EfficientNet-Lite0 (Tan and Le, 2019), trained on ImageNet; Apache-2.0; PyPI package {package} 0.1.0</source>
        <translation>Allgemeine Bildmerkmale: EfficientNet-Lite0 (Tan und Le, 2019), trainiert auf ImageNet; Apache-2.0; PyPI-Paket {package} 0.1.0</translation>
    </message>
    <message>
        <source>Give its name, such as TotalSegmentator.</source>
        <translation>Nennen Sie seinen Namen, etwa TotalSegmentator.</translation>
    </message>
    <message>
        <source>Give or correct that setting.</source>
        <translation>Geben Sie diese Einstellung an, oder korrigieren Sie sie.</translation>
    </message>
    <message>
        <source>Give the new one another name, or let it take the place.</source>
        <translation>Geben Sie dem neuen einen anderen Namen, oder lassen Sie es den Platz einnehmen.</translation>
    </message>
    <message>
        <source>Give x,y,z,a,b,c: its middle and its lengths in mm, in LPS, or after RAS: in RAS.</source>
        <translation>Geben Sie x,y,z,a,b,c an: Mitte und Längen in mm, in LPS oder nach RAS: in RAS.</translation>
    </message>
    <message>
        <source>Images are not mirrored: {told} may be one side of the body.</source>
        <translation>Bilder werden nicht gespiegelt: {told} ist vielleicht eine Körperseite.</translation>
    </message>
    <message>
        <source>In Slicer, click Check and repair in the section Set-up.</source>
        <translation>Klicken Sie in Slicer im Abschnitt „Einrichtung“ auf „Prüfen und reparieren“.</translation>
    </message>
    <message>
        <source>Install a model first.</source>
        <translation>Installieren Sie zuerst ein Modell.</translation>
    </message>
    <message>
        <source>Install the model again from its original file.</source>
        <translation>Installieren Sie das Modell neu aus seiner ursprünglichen Datei.</translation>
    </message>
    <message>
        <source>Install them again.</source>
        <translation>Installieren Sie sie noch einmal.</translation>
    </message>
    <message>
        <source>Install them, or start from nothing.</source>
        <translation>Installieren Sie sie, oder beginnen Sie bei null.</translation>
    </message>
    <message>
        <source>Leave it, or install another one under the same name.</source>
        <translation>Lassen Sie es, oder installieren Sie ein anderes unter demselben Namen.</translation>
    </message>
    <message>
        <source>Licence of the model</source>
        <translation>Lizenz des Modells</translation>
    </message>
    <message>
        <source>Mark at least one case as labelled.</source>
        <translation>Markieren Sie mindestens einen Fall als gelabelt.</translation>
    </message>
    <message>
        <source>Mark the finished slices of the case again.</source>
        <translation>Markieren Sie die fertigen Schichten des Falls noch einmal.</translation>
    </message>
    <message>
        <source>Move away what does not belong to it, or delete the folder yourself.</source>
        <translation>Räumen Sie weg, was nicht dazugehört, oder löschen Sie den Ordner selbst.</translation>
    </message>
    <message>
        <source>No 90 % range of the volumes: it takes {fewest} held-out patients.</source>
        <translation>Kein 90-%-Bereich der Volumina: Dazu braucht es {fewest} Patienten unter den Testfällen.</translation>
    </message>
    <message>
        <source>No 90 % range of the volumes: on the held-out patients they were too far off.</source>
        <translation>Kein 90-%-Bereich der Volumina: Bei den Patienten der Testfälle lagen sie zu weit daneben.</translation>
    </message>
    <message>
        <source>No labelled case was given.</source>
        <translation>Es wurde kein gelabelter Fall angegeben.</translation>
    </message>
    <message>
        <source>No model of this name is installed.</source>
        <translation>Kein Modell dieses Namens ist installiert.</translation>
    </message>
    <message>
        <source>Open a project that was not changed by others, or put it back from a backup.</source>
        <translation>Öffnen Sie ein Projekt, das niemand sonst verändert hat, oder stellen Sie es aus einer Sicherung wieder her.</translation>
    </message>
    <message>
        <source>Paused.</source>
        <translation>Angehalten.</translation>
    </message>
    <message>
        <source>Paused: {message} {action}</source>
        <translation>Angehalten: {message} {action}</translation>
    </message>
    <message>
        <source>Place it on the image, or choose none.</source>
        <translation>Setzen Sie sie auf das Bild, oder wählen Sie keine.</translation>
    </message>
    <message>
        <source>Report it to the developers.</source>
        <translation>Melden Sie es den Entwicklern.</translation>
    </message>
    <message>
        <source>Resample the label to the image, then try again.</source>
        <translation>Tasten Sie das Label auf das Raster des Bildes um, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Save one ROI of Slicer's Markups as a .mrk.json file.</source>
        <translation>Speichern Sie eine ROI aus Slicers Markups als .mrk.json-Datei.</translation>
    </message>
    <message>
        <source>Segment with the branches that its card recommends.</source>
        <translation>Segmentieren Sie mit den Zweigen, die seine Karte empfiehlt.</translation>
    </message>
    <message>
        <source>Segment {value}</source>
        <translation>Segment {value}</translation>
    </message>
    <message>
        <source>SemiGDA {model}</source>
        <translation>SemiGDA {model}</translation>
    </message>
    <message>
        <source>SemiGDA {name}</source>
        <translation>SemiGDA {name}</translation>
    </message>
    <message>
        <source>Something went wrong inside SemiGDA.</source>
        <translation>In SemiGDA ist etwas schiefgegangen.</translation>
    </message>
    <message>
        <source>Start a new job in its place.</source>
        <translation>Starten Sie stattdessen einen neuen Auftrag.</translation>
    </message>
    <message>
        <source>Start again when you like.</source>
        <translation>Starten Sie wieder, wann Sie möchten.</translation>
    </message>
    <message>
        <source>Start the job again.</source>
        <translation>Starten Sie den Auftrag noch einmal.</translation>
    </message>
    <message>
        <source>Started from</source>
        <translation>Begonnen mit</translation>
    </message>
    <message>
        <source>Switch 'Inside out' off in its properties: what lies inside is segmented.</source>
        <translation>Schalten Sie „Inside out“ in ihren Eigenschaften aus: Segmentiert wird, was innen liegt.</translation>
    </message>
    <message>
        <source>The catalogue</source>
        <translation>Der Katalog</translation>
    </message>
    <message>
        <source>The catalogue has no model of this name.</source>
        <translation>Der Katalog hat kein Modell dieses Namens.</translation>
    </message>
    <message>
        <source>The chosen device is not available.</source>
        <translation>Das gewählte Gerät ist nicht verfügbar.</translation>
    </message>
    <message>
        <source>The computer has too little free memory.</source>
        <translation>Der Computer hat zu wenig freien Speicher.</translation>
    </message>
    <message>
        <source>The computing process ended unexpectedly.</source>
        <translation>Der Rechenprozess endete unerwartet.</translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation>Die Festplatte ist voll.</translation>
    </message>
    <message>
        <source>The entry of the catalogue</source>
        <translation>Der Eintrag des Katalogs</translation>
    </message>
    <message>
        <source>The event</source>
        <translation>Das Ereignis</translation>
    </message>
    <message>
        <source>The file is not an autoencoder to start a training from.</source>
        <translation>Die Datei ist kein Autoencoder, mit dem ein Training beginnen kann.</translation>
    </message>
    <message>
        <source>The file of the region of interest</source>
        <translation>Die Datei der Region</translation>
    </message>
    <message>
        <source>The file to write exists already, and SemiGDA did not make it.</source>
        <translation>Die Datei, die geschrieben werden soll, gibt es schon, und SemiGDA hat sie nicht erstellt.</translation>
    </message>
    <message>
        <source>The file to write exists already.</source>
        <translation>Die Datei, die geschrieben werden soll, gibt es schon.</translation>
    </message>
    <message>
        <source>The finished slices of a label cannot be read.</source>
        <translation>Die fertigen Schichten eines Labels sind nicht lesbar.</translation>
    </message>
    <message>
        <source>The folder already holds a job.</source>
        <translation>Der Ordner enthält bereits einen Auftrag.</translation>
    </message>
    <message>
        <source>The folder for the result cannot be written.</source>
        <translation>Der Ordner für das Ergebnis kann nicht beschrieben werden.</translation>
    </message>
    <message>
        <source>The folder holds more than a model, so it is not removed.</source>
        <translation>Der Ordner enthält mehr als ein Modell und wird daher nicht entfernt.</translation>
    </message>
    <message>
        <source>The folder holds no model card (card.json).</source>
        <translation>Der Ordner enthält keine Modellkarte (card.json).</translation>
    </message>
    <message>
        <source>The folder holds no readable job.</source>
        <translation>Der Ordner enthält keinen lesbaren Auftrag.</translation>
    </message>
    <message>
        <source>The folder of the job holds a link to another place.</source>
        <translation>Der Ordner des Auftrags enthält einen Verweis auf einen anderen Ort.</translation>
    </message>
    <message>
        <source>The folder of the label cannot be read.</source>
        <translation>Der Ordner des Labels kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The folder to write exists already, and SemiGDA did not make it.</source>
        <translation>Den Ordner, der geschrieben werden soll, gibt es schon, und SemiGDA hat ihn nicht erstellt.</translation>
    </message>
    <message>
        <source>The folder to write exists already.</source>
        <translation>Den Ordner, der geschrieben werden soll, gibt es schon.</translation>
    </message>
    <message>
        <source>The general image features that this training starts from are not installed; without them a model learns from your images alone, and is clearly worse with few labels.</source>
        <translation>Die allgemeinen Bildmerkmale, mit denen dieses Training beginnt, sind nicht installiert; ohne sie lernt ein Modell allein aus Ihren Bildern und ist bei wenigen Labels deutlich schlechter.</translation>
    </message>
    <message>
        <source>The graphics card has too little free memory.</source>
        <translation>Die Grafikkarte hat zu wenig freien Speicher.</translation>
    </message>
    <message>
        <source>The graphics card reported an error.</source>
        <translation>Die Grafikkarte hat einen Fehler gemeldet.</translation>
    </message>
    <message>
        <source>The image is unlike the training images: look at the result with care.</source>
        <translation>Das Bild ähnelt den Trainingsbildern nicht: Sehen Sie das Ergebnis genau an.</translation>
    </message>
    <message>
        <source>The image's file does not say clearly which side of the body is the left: left and right, or front and back, may be swapped, or be others than in Slicer.</source>
        <translation>Die Bilddatei sagt nicht eindeutig, welche Körperseite die linke ist: Links und rechts oder vorn und hinten können vertauscht sein, oder andere als in Slicer.</translation>
    </message>
    <message>
        <source>The image's file does not say how large its voxels are, and they are taken for 1 mm, as in Slicer: spacing, distances and volumes are not the true ones.</source>
        <translation>Die Bilddatei sagt nicht, wie groß ihre Voxel sind, und wie in Slicer wird 1 mm angenommen: Abstände, Entfernungen und Volumina sind nicht die wahren.</translation>
    </message>
    <message>
        <source>The image's file gives its sizes in {unit}, and they are taken for mm, as in Slicer: spacing, distances and volumes are not the true ones.</source>
        <translation>Die Bilddatei gibt ihre Maße in {unit} an, und sie werden wie in Slicer als mm gelesen: Abstände, Entfernungen und Volumina sind nicht die wahren.</translation>
    </message>
    <message>
        <source>The input cannot be used.</source>
        <translation>Die Eingabe ist nicht verwendbar.</translation>
    </message>
    <message>
        <source>The installed general image features are not those that were published.</source>
        <translation>Die installierten allgemeinen Bildmerkmale sind nicht die veröffentlichten.</translation>
    </message>
    <message>
        <source>The job</source>
        <translation>Der Auftrag</translation>
    </message>
    <message>
        <source>The job has no state.</source>
        <translation>Der Auftrag hat keinen Zustand.</translation>
    </message>
    <message>
        <source>The job was written by another version of SemiGDA.</source>
        <translation>Der Auftrag wurde von einer anderen Version von SemiGDA geschrieben.</translation>
    </message>
    <message>
        <source>The job's result</source>
        <translation>Das Ergebnis des Auftrags</translation>
    </message>
    <message>
        <source>The job's state</source>
        <translation>Der Zustand des Auftrags</translation>
    </message>
    <message>
        <source>The label does not lie on the grid of its image.</source>
        <translation>Das Label liegt nicht auf dem Raster seines Bildes.</translation>
    </message>
    <message>
        <source>The label file cannot be read.</source>
        <translation>Die Labeldatei kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The model card</source>
        <translation>Die Modellkarte</translation>
    </message>
    <message>
        <source>The model card cannot be read.</source>
        <translation>Die Modellkarte kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The model card holds a path or a DICOM identifier, which may tell about patients.</source>
        <translation>Die Modellkarte enthält einen Pfad oder eine DICOM-Kennung, die etwas über Patienten verraten kann.</translation>
    </message>
    <message>
        <source>The model card is too long to be one.</source>
        <translation>Die Modellkarte ist zu lang, um eine zu sein.</translation>
    </message>
    <message>
        <source>The model has one branch, {value}, and none called {chosen}.</source>
        <translation>Das Modell hat einen Zweig, {value}, und keinen namens {chosen}.</translation>
    </message>
    <message>
        <source>The model package is damaged or not a SemiGDA model.</source>
        <translation>Das Modellpaket ist beschädigt oder kein SemiGDA-Modell.</translation>
    </message>
    <message>
        <source>The model's weights are missing.</source>
        <translation>Die Gewichte des Modells fehlen.</translation>
    </message>
    <message>
        <source>The options</source>
        <translation>Die Optionen</translation>
    </message>
    <message>
        <source>The path of a file or folder is too long.</source>
        <translation>Der Pfad einer Datei oder eines Ordners ist zu lang.</translation>
    </message>
    <message>
        <source>The program's name has 1 to {longest} letters, and no slash.</source>
        <translation>Der Name des Programms hat 1 bis {longest} Buchstaben und keinen Schrägstrich.</translation>
    </message>
    <message>
        <source>The region in which a label was made cannot be read.</source>
        <translation>Die Region, in der ein Label entstand, ist nicht lesbar.</translation>
    </message>
    <message>
        <source>The region of interest</source>
        <translation>Die Region</translation>
    </message>
    <message>
        <source>The region of interest has not been placed.</source>
        <translation>Die Region wurde nicht gesetzt.</translation>
    </message>
    <message>
        <source>The region of interest is neither a .mrk.json file nor 6 numbers (4 for a picture).</source>
        <translation>Die Region ist weder eine .mrk.json-Datei noch 6 Zahlen (4 für ein Einzelbild).</translation>
    </message>
    <message>
        <source>The region of interest is turned inside out.</source>
        <translation>Die Region ist umgestülpt („Inside out“).</translation>
    </message>
    <message>
        <source>The result would replace one of its own inputs.</source>
        <translation>Das Ergebnis würde eine seiner eigenen Eingaben ersetzen.</translation>
    </message>
    <message>
        <source>The segmentation's header is damaged.</source>
        <translation>Die Kopfdaten der Segmentierung sind beschädigt.</translation>
    </message>
    <message>
        <source>The segments of a label say that slices of different directions are finished.</source>
        <translation>Die Segmente eines Labels nennen fertige Schichten verschiedener Richtungen.</translation>
    </message>
    <message>
        <source>The settings of the training cannot be used: {wrong}.</source>
        <translation>Die Einstellungen des Trainings sind nicht verwendbar: {wrong}.</translation>
    </message>
    <message>
        <source>There is no job of kind '{kind}'.</source>
        <translation>Aufträge der Art „{kind}“ gibt es nicht.</translation>
    </message>
    <message>
        <source>There is no such model, neither in the library nor as a folder.</source>
        <translation>Dieses Modell gibt es nicht, weder in der Bibliothek noch als Ordner.</translation>
    </message>
    <message>
        <source>This model comes with SemiGDA and cannot be removed.</source>
        <translation>Dieses Modell gehört zu SemiGDA und kann nicht entfernt werden.</translation>
    </message>
    <message>
        <source>This model was trained on {trained}; this is {this}.</source>
        <translation>Dieses Modell wurde mit {trained} trainiert; dies ist {this}.</translation>
    </message>
    <message>
        <source>This version of SemiGDA reads model cards of schema {schema_version}; this one has another.</source>
        <translation>Diese Version von SemiGDA liest Modellkarten nach Schema {schema_version}; diese hat ein anderes.</translation>
    </message>
    <message>
        <source>Try again. If it fails again, restart the computer, or choose the CPU.</source>
        <translation>Versuchen Sie es noch einmal. Schlägt es wieder fehl, starten Sie den Computer neu, oder wählen Sie die CPU.</translation>
    </message>
    <message>
        <source>Try again; if it happens again, report it to the developers.</source>
        <translation>Versuchen Sie es noch einmal; geschieht es wieder, melden Sie es den Entwicklern.</translation>
    </message>
    <message>
        <source>Unknown training settings: {value}.</source>
        <translation>Unbekannte Trainingseinstellungen: {value}.</translation>
    </message>
    <message>
        <source>Update SemiGDA, or ask the model's author for a matching package.</source>
        <translation>Aktualisieren Sie SemiGDA, oder bitten Sie den Autor des Modells um ein passendes Paket.</translation>
    </message>
    <message>
        <source>What the model is not for</source>
        <translation>Wofür das Modell nicht gedacht ist</translation>
    </message>
    <message>
        <source>Write axis and slices such as '2: 3 7 12-15', or '{whole}'.</source>
        <translation>Schreiben Sie Achse und Schichten wie „2: 3 7 12-15“, oder „{whole}“.</translation>
    </message>
    <message>
        <source>X-ray</source>
        <translation>Röntgen</translation>
    </message>
    <message>
        <source>a 2-D picture</source>
        <translation>ein 2-D-Bild</translation>
    </message>
    <message>
        <source>a 2-D {word} picture</source>
        <translation>ein 2-D-{word}-Bild</translation>
    </message>
    <message>
        <source>a volume</source>
        <translation>ein Volumen</translation>
    </message>
    <message>
        <source>a {word} volume</source>
        <translation>ein {word}-Volumen</translation>
    </message>
    <message>
        <source>an {word} volume</source>
        <translation>ein {word}-Volumen</translation>
    </message>
    <message>
        <source>endoscopic</source>
        <translation>Endoskopie</translation>
    </message>
    <message>
        <source>images</source>
        <translation>Bildern</translation>
    </message>
    <message>
        <source>is not packed numbers</source>
        <translation>keine gepackten Zahlen</translation>
    </message>
    <message>
        <source>mammography</source>
        <translation>Mammographie</translation>
    </message>
    <message>
        <source>photographic</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>ultrasound</source>
        <translation>Ultraschall</translation>
    </message>
    <message>
        <source>volumes</source>
        <translation>Volumen</translation>
    </message>
    <message>
        <source>{this} in voxels of {value} mm</source>
        <translation>{this} in Voxeln von {value} mm</translation>
    </message>
    <message>
        <source>{told} of about {value} mm</source>
        <translation>{told} von etwa {value} mm</translation>
    </message>
    <message>
        <source>{told} of {value} mm</source>
        <translation>{told} von {value} mm</translation>
    </message>
    <message>
        <source>{trained} in voxels of about {value} mm</source>
        <translation>{trained} in Voxeln von etwa {value} mm</translation>
    </message>
    <message>
        <source>{what} cannot be read.</source>
        <translation>Nicht lesbar: {what}.</translation>
    </message>
    <message>
        <source>{what} cannot be used: {wrong}.</source>
        <translation>{what} nicht verwendbar: {wrong}.</translation>
    </message>
    <message>
        <source>{what} holds the same field twice.</source>
        <translation>{what}: enthält an einer Stelle ein Feld doppelt.</translation>
    </message>
    <message>
        <source>{what} holds {count} regions, not one.</source>
        <translation>{what}: enthält {count} Regionen, nicht eine.</translation>
    </message>
    <message>
        <source>{what} is not saved as UTF-8 text.</source>
        <translation>{what}: nicht als UTF-8-Text gespeichert.</translation>
    </message>
    <message>
        <source>{what} is not valid JSON from line {lineno} on.</source>
        <translation>{what}: ab Zeile {lineno} kein gültiges JSON.</translation>
    </message>
    <message>
        <source>{what} is not valid JSON.</source>
        <translation>{what}: kein gültiges JSON.</translation>
    </message>
    <message>
        <source>{what} is too large.</source>
        <translation>{what}: größer als möglich.</translation>
    </message>
    <message>
        <source>{what} says that it is in another unit than mm.</source>
        <translation>{what} gibt eine andere Einheit als mm an.</translation>
    </message>
    <message>
        <source>{word} images</source>
        <translation>{word}-Bildern</translation>
    </message>
    <message>
        <source>{word} volumes</source>
        <translation>{word}-Volumen</translation>
    </message>
</context>
<context>
    <name>translation.engine_sentences</name>
    <message>
        <source>A file changed while it was read.</source>
        <translation>Eine Datei hat sich beim Lesen geändert.</translation>
    </message>
    <message>
        <source>A file has the name of this case's result, and SemiGDA did not make it.</source>
        <translation>Eine Datei hat den Namen des Ergebnisses dieses Falls, und SemiGDA hat sie nicht erstellt.</translation>
    </message>
    <message>
        <source>A file of the model is larger than a model can be.</source>
        <translation>Eine Datei des Modells ist größer, als ein Modell sein kann.</translation>
    </message>
    <message>
        <source>A label map holds the value {most}, but the model has {num_classes} class.</source>
        <translation>Eine Labelkarte enthält den Wert {most}, aber das Modell hat {num_classes} Klasse.</translation>
    </message>
    <message>
        <source>A label map holds the value {most}, but the model has {num_classes} classes.</source>
        <translation>Eine Labelkarte enthält den Wert {most}, aber das Modell hat {num_classes} Klassen.</translation>
    </message>
    <message>
        <source>A stage-1 checkpoint holds no autoencoder.</source>
        <translation>Ein Sicherungspunkt der Stufe 1 enthält keinen Autoencoder.</translation>
    </message>
    <message>
        <source>A training is using the graphics card.</source>
        <translation>Ein Training nutzt die Grafikkarte.</translation>
    </message>
    <message>
        <source>Another model named '{name}' is installed already.</source>
        <translation>Ein anderes Modell namens „{name}“ ist bereits installiert.</translation>
    </message>
    <message>
        <source>Another process runs this job already.</source>
        <translation>Ein anderer Prozess führt diesen Auftrag bereits aus.</translation>
    </message>
    <message>
        <source>Another run is writing into the folder for the results.</source>
        <translation>Ein anderer Lauf schreibt gerade in den Ordner für die Ergebnisse.</translation>
    </message>
    <message>
        <source>Apple graphics processor (MPS)</source>
        <translation>Apple-Grafikprozessor (MPS)</translation>
    </message>
    <message>
        <source>Ask whoever keeps the catalogue for an address that begins with https.</source>
        <translation>Bitten Sie, wer den Katalog pflegt, um eine Adresse, die mit https beginnt.</translation>
    </message>
    <message>
        <source>Ask whoever keeps the catalogue.</source>
        <translation>Fragen Sie, wer den Katalog pflegt.</translation>
    </message>
    <message>
        <source>Ask your IT department whether a proxy needs a certificate of its own.</source>
        <translation>Fragen Sie Ihre IT-Abteilung, ob ein Proxy ein eigenes Zertifikat braucht.</translation>
    </message>
    <message>
        <source>Ask your IT department, or whoever keeps the catalogue.</source>
        <translation>Fragen Sie Ihre IT-Abteilung oder wer den Katalog pflegt.</translation>
    </message>
    <message>
        <source>Batches of {value} cannot be shared by {world} processes.</source>
        <translation>Gruppen von {value} lassen sich nicht auf {world} Prozesse verteilen.</translation>
    </message>
    <message>
        <source>Check that it is there and that you may read it.</source>
        <translation>Prüfen Sie, ob sie da ist und Sie sie lesen dürfen.</translation>
    </message>
    <message>
        <source>Check the cases, then rank again.</source>
        <translation>Prüfen Sie die Fälle, und ordnen Sie sie dann noch einmal.</translation>
    </message>
    <message>
        <source>Check the network and the proxy, then try again.</source>
        <translation>Prüfen Sie Netz und Proxy, und versuchen Sie es dann noch einmal.</translation>
    </message>
    <message>
        <source>Checking the model.</source>
        <translation>Das Modell wird geprüft.</translation>
    </message>
    <message>
        <source>Choose a released SemiGDA checkpoint or a Stable Diffusion KL-f8 autoencoder.</source>
        <translation>Wählen Sie einen veröffentlichten SemiGDA-Sicherungspunkt oder einen KL-f8-Autoencoder von Stable Diffusion.</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>Wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>Choose another folder for these images, or replace them.</source>
        <translation>Wählen Sie für diese Bilder einen anderen Ordner, oder ersetzen Sie die Ergebnisse.</translation>
    </message>
    <message>
        <source>Choose another folder for this model, or replace them.</source>
        <translation>Wählen Sie für dieses Modell einen anderen Ordner, oder ersetzen Sie sie.</translation>
    </message>
    <message>
        <source>Choose another folder, or delete the old checkpoint.</source>
        <translation>Wählen Sie einen anderen Ordner, oder löschen Sie den alten Sicherungspunkt.</translation>
    </message>
    <message>
        <source>Choose another folder, or untick Skip done to replace it.</source>
        <translation>Wählen Sie einen anderen Ordner, oder schalten Sie „Fertige überspringen“ aus, um es zu ersetzen.</translation>
    </message>
    <message>
        <source>Choose another precision or device.</source>
        <translation>Wählen Sie eine andere Genauigkeit oder ein anderes Gerät.</translation>
    </message>
    <message>
        <source>Choose another.</source>
        <translation>Wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Choose batch sizes that can be divided by the number of processes.</source>
        <translation>Wählen Sie Gruppengrößen, die durch die Zahl der Prozesse teilbar sind.</translation>
    </message>
    <message>
        <source>Choose the CPU, or an external Python with an older PyTorch.</source>
        <translation>Wählen Sie die CPU oder ein externes Python mit einem älteren PyTorch.</translation>
    </message>
    <message>
        <source>Choose the checkpoint of stage 2.</source>
        <translation>Wählen Sie den Checkpoint der Stufe 2.</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller image size.</source>
        <translation>Schließen Sie andere Programme, oder wählen Sie eine kleinere Bildgröße.</translation>
    </message>
    <message>
        <source>Comparing files: case {value} of {count}</source>
        <translation>Dateien werden verglichen: Fall {value} von {count}</translation>
    </message>
    <message>
        <source>Downloading.</source>
        <translation>Wird heruntergeladen.</translation>
    </message>
    <message>
        <source>Drawing the first cases.</source>
        <translation>Die ersten Fälle werden gezeichnet.</translation>
    </message>
    <message>
        <source>Edit the label. When you save it, it lies on that grid, and smaller segments can be put on top.</source>
        <translation>Bearbeiten Sie das Label. Beim Speichern kommt es auf dieses Gitter, und kleinere Segmente können nach oben gelegt werden.</translation>
    </message>
    <message>
        <source>Few labelled slices hold it ({count}, cases: {count2}): label more of it.</source>
        <translation>Wenige gelabelte Schichten enthalten sie ({count}, Fälle: {count2}): Labeln Sie mehr davon.</translation>
    </message>
    <message>
        <source>First look: a small model learns from the labelled cases for a minute.</source>
        <translation>Erster Blick: ein kleines Modell lernt eine Minute lang aus den gelabelten Fällen.</translation>
    </message>
    <message>
        <source>Free some disk space, or choose another folder.</source>
        <translation>Schaffen Sie Platz auf der Festplatte, oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Give each case a name of its own in a case list.</source>
        <translation>Geben Sie jedem Fall in einer Fallliste einen eigenen Namen.</translation>
    </message>
    <message>
        <source>Give it another name.</source>
        <translation>Geben Sie ihr einen anderen Namen.</translation>
    </message>
    <message>
        <source>Give them the same class, leave one of them out, or use the case without this result.</source>
        <translation>Geben Sie ihnen dieselbe Klasse, lassen Sie eines davon aus, oder verwenden Sie den Fall ohne dieses Ergebnis.</translation>
    </message>
    <message>
        <source>How certain the model was</source>
        <translation>Wie sicher das Modell war</translation>
    </message>
    <message>
        <source>Imported from a released SemiGDA stage-2 checkpoint.</source>
        <translation>Importiert aus einem veröffentlichten SemiGDA-Sicherungspunkt der Stufe 2.</translation>
    </message>
    <message>
        <source>Install PyTorch again for this card, or go on with the CPU.</source>
        <translation>Installieren Sie PyTorch für diese Karte neu, oder machen Sie mit der CPU weiter.</translation>
    </message>
    <message>
        <source>Install PyTorch again to get a newer one, or choose an external Python that has it.</source>
        <translation>Installieren Sie PyTorch neu, um ein neueres zu erhalten, oder wählen Sie ein externes Python, das es hat.</translation>
    </message>
    <message>
        <source>It cannot be read as tensors.</source>
        <translation>Sie kann nicht als Tensoren gelesen werden.</translation>
    </message>
    <message>
        <source>It has no '{part}' part, so it is no SemiGDA stage-1 checkpoint.</source>
        <translation>Sie hat keinen Teil „{part}“, ist also kein SemiGDA-Sicherungspunkt der Stufe 1.</translation>
    </message>
    <message>
        <source>It has {value}.</source>
        <translation>Sie hat {value}.</translation>
    </message>
    <message>
        <source>It holds no named tensors.</source>
        <translation>Sie enthält keine benannten Tensoren.</translation>
    </message>
    <message>
        <source>It is not found anywhere on its own labelled cases: look at its labels.</source>
        <translation>Sie wird selbst in ihren eigenen gelabelten Fällen nirgends gefunden: Sehen Sie sich ihre Labels an.</translation>
    </message>
    <message>
        <source>It is tiny on the working grid (pixels in a slice: about {typical}): choose a larger image size or a smaller spacing.</source>
        <translation>Sie ist winzig auf dem Arbeitsraster (Pixel je Schicht: etwa {typical}): Wählen Sie eine größere Bildgröße oder einen kleineren Voxelabstand.</translation>
    </message>
    <message>
        <source>It learned from all labelled cases. The scores are those of the same training without the held-out ones.</source>
        <translation>Es hat aus allen gelabelten Fällen gelernt. Die Werte sind die desselben Trainings ohne die Testfälle.</translation>
    </message>
    <message>
        <source>It looks much like a case higher up in this list.</source>
        <translation>Er ähnelt einem Fall weiter oben in dieser Liste.</translation>
    </message>
    <message>
        <source>It looks unlike all labelled cases.</source>
        <translation>Er ähnelt keinem gelabelten Fall.</translation>
    </message>
    <message>
        <source>Its labels are {value} times smaller in the labelled cases than in the held-out ones: look for labels that were not finished.</source>
        <translation>Ihre Labels sind in den gelabelten Fällen {value}-mal kleiner als in den Testfällen: Suchen Sie nach unfertigen Labels.</translation>
    </message>
    <message>
        <source>Learning to draw</source>
        <translation>Lernt zu zeichnen</translation>
    </message>
    <message>
        <source>Learning to segment</source>
        <translation>Lernt zu segmentieren</translation>
    </message>
    <message>
        <source>Let the new one take its place.</source>
        <translation>Lassen Sie das neue seinen Platz einnehmen.</translation>
    </message>
    <message>
        <source>Licence of the general image features that this model started from</source>
        <translation>Lizenz der allgemeinen Bildmerkmale, mit denen dieses Modell begann</translation>
    </message>
    <message>
        <source>Licence of the model that this one started from</source>
        <translation>Lizenz des Modells, mit dem dieses begann</translation>
    </message>
    <message>
        <source>Licence of this model and of the data that it has learned from</source>
        <translation>Lizenz dieses Modells und der Daten, aus denen es gelernt hat</translation>
    </message>
    <message>
        <source>Loading the model and the image.</source>
        <translation>Modell und Bild werden geladen.</translation>
    </message>
    <message>
        <source>Loading the model.</source>
        <translation>Das Modell wird geladen.</translation>
    </message>
    <message>
        <source>Looking at case {value} of {count}.</source>
        <translation>Fall {value} von {count} wird angesehen.</translation>
    </message>
    <message>
        <source>Looking at training image {number} of {count}.</source>
        <translation>Trainingsbild {number} von {count} wird angesehen.</translation>
    </message>
    <message>
        <source>Make it first, or choose another.</source>
        <translation>Legen Sie ihn zuerst an, oder wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>Mark the slices whose labels are finished.</source>
        <translation>Markieren Sie die Schichten, deren Label fertig ist.</translation>
    </message>
    <message>
        <source>Matching images and labels</source>
        <translation>Bringt Bilder und Labels in Einklang</translation>
    </message>
    <message>
        <source>Measuring all held-out cases.</source>
        <translation>Alle Testfälle werden gemessen.</translation>
    </message>
    <message>
        <source>Measuring the segments</source>
        <translation>Die Segmente werden gemessen</translation>
    </message>
    <message>
        <source>Move it away, or choose another folder.</source>
        <translation>Räumen Sie sie weg, oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>NVIDIA graphics card (CUDA)</source>
        <translation>NVIDIA-Grafikkarte (CUDA)</translation>
    </message>
    <message>
        <source>Name every class of the labels in the model's settings.</source>
        <translation>Benennen Sie jede Klasse der Labels in den Einstellungen des Modells.</translation>
    </message>
    <message>
        <source>No first look: the training does not start from general image features.</source>
        <translation>Kein erster Blick: Das Training beginnt nicht mit allgemeinen Bildmerkmalen.</translation>
    </message>
    <message>
        <source>No first look: there is too little free memory for it.</source>
        <translation>Kein erster Blick: Dafür ist zu wenig Speicher frei.</translation>
    </message>
    <message>
        <source>No labelled case holds it: check which segment names belong to this class.</source>
        <translation>Kein gelabelter Fall enthält sie: Prüfen Sie, welche Segmentnamen zu dieser Klasse gehören.</translation>
    </message>
    <message>
        <source>No slice of a labelled case is finished.</source>
        <translation>Keine Schicht eines gelabelten Falls ist fertig.</translation>
    </message>
    <message>
        <source>No {value} can be used by PyTorch on this computer.</source>
        <translation>Kein Gerät der Art {value} kann auf diesem Computer von PyTorch genutzt werden.</translation>
    </message>
    <message>
        <source>None of the list's training images could be read.</source>
        <translation>Keines der Trainingsbilder der Liste konnte gelesen werden.</translation>
    </message>
    <message>
        <source>None of the unlabelled cases could be read.</source>
        <translation>Keiner der ungelabelten Fälle konnte gelesen werden.</translation>
    </message>
    <message>
        <source>Not stated by the file; ask its authors.</source>
        <translation>In der Datei nicht genannt; fragen Sie ihre Autoren.</translation>
    </message>
    <message>
        <source>Nothing in the data explains it: compare the previews with the labels, slice by slice.</source>
        <translation>Nichts in den Daten erklärt es: Vergleichen Sie die Vorschauen mit den Labels, Schicht für Schicht.</translation>
    </message>
    <message>
        <source>Number {same} of the cases with the role {role}: {message}</source>
        <translation>Nummer {same} der Fälle mit der Rolle {role}: {message}</translation>
    </message>
    <message>
        <source>Out of {memory}: each step now computes in {parts} parts. The batch stays as large; its Dice loss is taken over each part.</source>
        <translation>Zu wenig {memory}: Jeder Schritt rechnet jetzt in {parts} Teilen. Die Gruppe bleibt so groß; ihr Dice-Verlust wird je Teil berechnet.</translation>
    </message>
    <message>
        <source>Parts less than a fifth as large as the largest part of their class were left out. To see them, choose to keep all parts.</source>
        <translation>Teile, die weniger als ein Fünftel so groß sind wie der größte Teil ihrer Klasse, wurden weggelassen. Um sie zu sehen, wählen Sie, dass alle Teile bleiben.</translation>
    </message>
    <message>
        <source>Prepared slices were deleted while they were needed.</source>
        <translation>Vorbereitete Schichten wurden gelöscht, während sie gebraucht wurden.</translation>
    </message>
    <message>
        <source>Preparing the images: {done} of {count}.</source>
        <translation>Die Bilder werden vorbereitet: {done} von {count}.</translation>
    </message>
    <message>
        <source>PyTorch (CUDA {cuda}) cannot use the graphics card {name} with the driver {driver}.</source>
        <translation>PyTorch (CUDA {cuda}) kann die Grafikkarte {name} mit dem Treiber {driver} nicht nutzen.</translation>
    </message>
    <message>
        <source>PyTorch {version} cannot train in bfloat16 on this device: {value}.</source>
        <translation>PyTorch {version} kann auf diesem Gerät nicht in bfloat16 trainieren: {value}.</translation>
    </message>
    <message>
        <source>Reading the images for a U-Net to compare with.</source>
        <translation>Die Bilder für ein U-Net zum Vergleich werden gelesen.</translation>
    </message>
    <message>
        <source>Reading the images.</source>
        <translation>Die Bilder werden gelesen.</translation>
    </message>
    <message>
        <source>Rehearsal: aligning latents.</source>
        <translation>Probelauf: gleicht latente Räume an.</translation>
    </message>
    <message>
        <source>Rehearsal: learning to draw.</source>
        <translation>Probelauf: lernt zu zeichnen.</translation>
    </message>
    <message>
        <source>Rehearsal: learning to segment.</source>
        <translation>Probelauf: lernt zu segmentieren.</translation>
    </message>
    <message>
        <source>Rehearsal: measuring a held-out case.</source>
        <translation>Probelauf: misst einen Testfall.</translation>
    </message>
    <message>
        <source>Rehearsal: reading the images.</source>
        <translation>Probelauf: liest die Bilder.</translation>
    </message>
    <message>
        <source>Rehearsal: writing a checkpoint.</source>
        <translation>Probelauf: schreibt einen Sicherungspunkt.</translation>
    </message>
    <message>
        <source>Rehearse after its end, or choose the CPU.</source>
        <translation>Machen Sie den Probelauf danach, oder wählen Sie die CPU.</translation>
    </message>
    <message>
        <source>Rehearse again: the plan then suits this computer. Or resume the training when the card can be used.</source>
        <translation>Machen Sie den Probelauf noch einmal: Dann passt der Plan zu diesem Computer. Oder setzen Sie das Training fort, wenn die Karte nutzbar ist.</translation>
    </message>
    <message>
        <source>Released SemiGDA model</source>
        <translation>Veröffentlichtes SemiGDA-Modell</translation>
    </message>
    <message>
        <source>Rename the image, or give the case another name in a case list.</source>
        <translation>Benennen Sie das Bild um, oder geben Sie dem Fall in einer Fallliste einen anderen Namen.</translation>
    </message>
    <message>
        <source>Resume or start again: they are made anew.</source>
        <translation>Setzen Sie fort, oder starten Sie neu: Sie werden neu erstellt.</translation>
    </message>
    <message>
        <source>Saving what was learned so far.</source>
        <translation>Das bisher Gelernte wird gespeichert.</translation>
    </message>
    <message>
        <source>Segment it again when the image is complete.</source>
        <translation>Segmentieren Sie noch einmal, wenn das Bild vollständig ist.</translation>
    </message>
    <message>
        <source>Segmenting image {value} of {count}</source>
        <translation>Bild {value} von {count} wird segmentiert</translation>
    </message>
    <message>
        <source>Segmenting slice {value} of {count}</source>
        <translation>Schicht {value} von {count} wird segmentiert</translation>
    </message>
    <message>
        <source>Segments of a label overlap: there, the later one counts.</source>
        <translation>Segmente eines Labels überlappen sich: Dort zählt das spätere.</translation>
    </message>
    <message>
        <source>Segments of the label overlap: on the image's grid only the later one would be left.</source>
        <translation>Segmente des Labels überlappen sich: Auf dem Gitter des Bildes bliebe nur das spätere übrig.</translation>
    </message>
    <message>
        <source>Segments of the result overlap: on the image's grid only the later one would be left.</source>
        <translation>Segmente des Ergebnisses überlappen sich: Auf dem Gitter des Bildes bliebe nur das spätere übrig.</translation>
    </message>
    <message>
        <source>Segments of {count} labels overlap: there, the later one counts.</source>
        <translation>Segmente von {count} Labels überlappen sich: Dort zählt das spätere.</translation>
    </message>
    <message>
        <source>SemiGDA, Huang, Zhou, Zhang, Li and Zhou, arXiv 2604.23274</source>
        <translation>SemiGDA, Huang, Zhou, Zhang, Li and Zhou, arXiv 2604.23274</translation>
    </message>
    <message>
        <source>Start again when nothing is being saved there any more.</source>
        <translation>Starten Sie neu, wenn dort nichts mehr gespeichert wird.</translation>
    </message>
    <message>
        <source>Start again, and stop it once it has learned for a while.</source>
        <translation>Starten Sie neu, und beenden Sie es, wenn es eine Weile gelernt hat.</translation>
    </message>
    <message>
        <source>Start the download again; it continues where it stopped.</source>
        <translation>Starten Sie das Herunterladen noch einmal; es macht dort weiter, wo es endete.</translation>
    </message>
    <message>
        <source>Start the training anew, and check the disk.</source>
        <translation>Starten Sie das Training neu, und prüfen Sie die Festplatte.</translation>
    </message>
    <message>
        <source>Starting.</source>
        <translation>Startet.</translation>
    </message>
    <message>
        <source>Steps without a finite gradient, left out: {left_out}.</source>
        <translation>Schritte ohne endlichen Gradienten, weggelassen: {left_out}.</translation>
    </message>
    <message>
        <source>Stopped before the model had begun to segment, so there is nothing to keep yet.</source>
        <translation>Beendet, bevor das Modell zu segmentieren begann; es gibt noch nichts zu behalten.</translation>
    </message>
    <message>
        <source>Stopped: the remaining patients are not scored.</source>
        <translation>Beendet: Die übrigen Patienten werden nicht gemessen.</translation>
    </message>
    <message>
        <source>The address is neither https nor a file.</source>
        <translation>Die Adresse ist weder https noch eine Datei.</translation>
    </message>
    <message>
        <source>The case has no label any more.</source>
        <translation>Der Fall hat kein Label mehr.</translation>
    </message>
    <message>
        <source>The case has no result of another program any more.</source>
        <translation>Der Fall hat kein Ergebnis eines anderen Programms mehr.</translation>
    </message>
    <message>
        <source>The case list</source>
        <translation>Die Fallliste</translation>
    </message>
    <message>
        <source>The case list names no image to train on.</source>
        <translation>Die Fallliste nennt kein Bild zum Trainieren.</translation>
    </message>
    <message>
        <source>The catalogue is too large.</source>
        <translation>Der Katalog ist größer als möglich.</translation>
    </message>
    <message>
        <source>The checkpoint is of another version of SemiGDA and does not fit this one: the training starts again.</source>
        <translation>Der Sicherungspunkt ist von einer anderen Version von SemiGDA und passt nicht zu dieser: Das Training beginnt von vorn.</translation>
    </message>
    <message>
        <source>The class '{name}' was found in the one held-out case that has none of it. The scores do not count this.</source>
        <translation>Die Klasse '{name}' wurde im einzigen Testfall gefunden, in dem es sie nicht gibt. Die Werte zählen das nicht.</translation>
    </message>
    <message>
        <source>The class '{name}' was found in {count} of {without} held-out cases that have none of it. The scores do not count this.</source>
        <translation>Die Klasse '{name}' wurde in {count} von {without} Testfällen gefunden, in denen es sie nicht gibt. Die Werte zählen das nicht.</translation>
    </message>
    <message>
        <source>The cohort's file</source>
        <translation>Die Datei der Kohorte</translation>
    </message>
    <message>
        <source>The connection broke off.</source>
        <translation>Die Verbindung ist abgebrochen.</translation>
    </message>
    <message>
        <source>The device must be one of {value}.</source>
        <translation>Das Gerät muss eines von {value} sein.</translation>
    </message>
    <message>
        <source>The file cannot be read.</source>
        <translation>Die Datei kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The file holds another model than the catalogue says.</source>
        <translation>Die Datei enthält ein anderes Modell, als der Katalog sagt.</translation>
    </message>
    <message>
        <source>The file is damaged, or not a base to start a training from.</source>
        <translation>Die Datei ist beschädigt oder keine Basis, mit der ein Training beginnen kann.</translation>
    </message>
    <message>
        <source>The file is no model package.</source>
        <translation>Die Datei ist kein Modellpaket.</translation>
    </message>
    <message>
        <source>The file is not the one that the catalogue names: its checksum differs.</source>
        <translation>Die Datei ist nicht die, die der Katalog nennt: Ihre Prüfsumme weicht ab.</translation>
    </message>
    <message>
        <source>The folder holds a training that was begun with other settings.</source>
        <translation>Der Ordner enthält ein Training, das mit anderen Einstellungen begonnen wurde.</translation>
    </message>
    <message>
        <source>The folder holds segmentations of other images of the same names.</source>
        <translation>Der Ordner enthält Segmentierungen anderer Bilder mit denselben Namen.</translation>
    </message>
    <message>
        <source>The folder holds segmentations that another model made.</source>
        <translation>Der Ordner enthält Segmentierungen, die ein anderes Modell erstellt hat.</translation>
    </message>
    <message>
        <source>The folder of the output file does not exist.</source>
        <translation>Den Ordner der Ausgabedatei gibt es nicht.</translation>
    </message>
    <message>
        <source>The graphics card has too little free memory for these settings.</source>
        <translation>Die Grafikkarte hat für diese Einstellungen zu wenig freien Speicher.</translation>
    </message>
    <message>
        <source>The graphics card {name} is too new for the installed PyTorch.</source>
        <translation>Die Grafikkarte {name} ist für das installierte PyTorch zu neu.</translation>
    </message>
    <message>
        <source>The graphics card {name} is too old for the installed PyTorch.</source>
        <translation>Die Grafikkarte {name} ist für das installierte PyTorch zu alt.</translation>
    </message>
    <message>
        <source>The image or label of 1 case was changed after this training had begun. It goes on with the new one; what it learned or measured before came from the old one.</source>
        <translation>Das Bild oder Label von 1 Fall wurde geändert, nachdem dieses Training begonnen hatte. Es geht mit dem neuen weiter; was es zuvor gelernt oder gemessen hat, stammt vom alten.</translation>
    </message>
    <message>
        <source>The image was changed while it was segmented.</source>
        <translation>Das Bild hat sich während der Segmentierung geändert.</translation>
    </message>
    <message>
        <source>The images or labels of {changed} cases were changed after this training had begun. It goes on with the new ones; what it learned or measured before came from the old ones.</source>
        <translation>Die Bilder oder Labels von {changed} Fällen wurden geändert, nachdem dieses Training begonnen hatte. Es geht mit den neuen weiter; was es zuvor gelernt oder gemessen hat, stammt von den alten.</translation>
    </message>
    <message>
        <source>The job names no {what}.</source>
        <translation>Der Auftrag nennt nicht: {what}.</translation>
    </message>
    <message>
        <source>The job's catalogue</source>
        <translation>Der Katalog des Auftrags</translation>
    </message>
    <message>
        <source>The job's classes</source>
        <translation>Die Klassen des Auftrags</translation>
    </message>
    <message>
        <source>The job's images</source>
        <translation>Die Bilder des Auftrags</translation>
    </message>
    <message>
        <source>The job's name</source>
        <translation>Der Name des Auftrags</translation>
    </message>
    <message>
        <source>The job's old folder</source>
        <translation>Der alte Ordner des Auftrags</translation>
    </message>
    <message>
        <source>The job's {what}</source>
        <translation>Aus dem Auftrag: {what}</translation>
    </message>
    <message>
        <source>The labelled images are much brighter or darker than the held-out ones: check the intensity rule and the images' units.</source>
        <translation>Die gelabelten Bilder sind viel heller oder dunkler als die Testfälle: Prüfen Sie die Grauwertregel und die Einheiten der Bilder.</translation>
    </message>
    <message>
        <source>The labelled images are nearly uniform: check the intensity rule's range.</source>
        <translation>Die gelabelten Bilder haben fast nur einen Grauwert: Prüfen Sie den Bereich der Grauwertregel.</translation>
    </message>
    <message>
        <source>The last checkpoint is damaged; the training continues from the one before.</source>
        <translation>Der letzte Sicherungspunkt ist beschädigt; das Training macht mit dem vorigen weiter.</translation>
    </message>
    <message>
        <source>The list of folds</source>
        <translation>Die Liste der Folds</translation>
    </message>
    <message>
        <source>The list of what the training saw</source>
        <translation>Die Liste dessen, was das Training gesehen hat,</translation>
    </message>
    <message>
        <source>The loss has hardly fallen: try a learning rate 3 times smaller or larger.</source>
        <translation>Der Verlust ist kaum gesunken: Versuchen Sie eine dreimal kleinere oder größere Lernrate.</translation>
    </message>
    <message>
        <source>The model card holds no hash of the weights.</source>
        <translation>Die Modellkarte enthält keine Prüfsumme der Gewichte.</translation>
    </message>
    <message>
        <source>The model card names other classes, or in another order, than the weights were trained for.</source>
        <translation>Die Modellkarte nennt andere Klassen als die, für die die Gewichte trainiert wurden, oder in anderer Reihenfolge.</translation>
    </message>
    <message>
        <source>The model does not find {name}.</source>
        <translation>Das Modell findet {name} nicht.</translation>
    </message>
    <message>
        <source>The model is mostly sure, and it looks like cases that are labelled.</source>
        <translation>Das Modell ist meist sicher, und er ähnelt gelabelten Fällen.</translation>
    </message>
    <message>
        <source>The model is not sure whether there is {name}.</source>
        <translation>Das Modell ist nicht sicher, ob {name} vorhanden ist.</translation>
    </message>
    <message>
        <source>The model is sure of only {value} % of {name}.</source>
        <translation>Das Modell ist sich nur bei {value} % von {name} sicher.</translation>
    </message>
    <message>
        <source>The model is unsure of the border of {name} in {value} % of its slices.</source>
        <translation>Das Modell ist in {value} % der Schichten unsicher, wo {name} endet.</translation>
    </message>
    <message>
        <source>The model needs {value} MB on the disk, which has {value2} MB.</source>
        <translation>Das Modell braucht {value} MB auf der Festplatte; {value2} MB sind frei.</translation>
    </message>
    <message>
        <source>The model package is refused: {reason}.</source>
        <translation>Das Modellpaket wird abgelehnt: {reason}.</translation>
    </message>
    <message>
        <source>The model that the new one was to be compared with is gone, or damaged.</source>
        <translation>Das Modell, mit dem das neue verglichen werden sollte, fehlt oder ist beschädigt.</translation>
    </message>
    <message>
        <source>The model's folder holds something that does not belong to a model package.</source>
        <translation>Der Ordner des Modells enthält etwas, das nicht zu einem Modellpaket gehört.</translation>
    </message>
    <message>
        <source>The model's weights are missing.</source>
        <translation>Die Gewichte des Modells fehlen.</translation>
    </message>
    <message>
        <source>The model's weights are not those its card was written for (hash).</source>
        <translation>Die Gewichte des Modells sind nicht die, für die seine Karte geschrieben wurde (Prüfsumme).</translation>
    </message>
    <message>
        <source>The model's weights have a tensor of a wrong type.</source>
        <translation>Die Gewichte des Modells haben einen Tensor von falschem Typ.</translation>
    </message>
    <message>
        <source>The model's weights hold values that are not finite.</source>
        <translation>Die Gewichte des Modells enthalten Werte, die nicht endlich sind.</translation>
    </message>
    <message>
        <source>The name '{name}' cannot be that of a result.</source>
        <translation>Der Name „{name}“ ist für ein Ergebnis nicht möglich.</translation>
    </message>
    <message>
        <source>The network needs slices whose sides are multiples of {halvings}.</source>
        <translation>Das Netz braucht Schichten, deren Seiten Vielfache von {halvings} sind.</translation>
    </message>
    <message>
        <source>The network's weights are not finite in float16.</source>
        <translation>Die Gewichte des Netzes sind in float16 nicht endlich.</translation>
    </message>
    <message>
        <source>The new folder does not exist.</source>
        <translation>Den neuen Ordner gibt es nicht.</translation>
    </message>
    <message>
        <source>The options</source>
        <translation>Die Optionen</translation>
    </message>
    <message>
        <source>The output file's name must end in {suffix}.</source>
        <translation>Der Name der Ausgabedatei muss auf {suffix} enden.</translation>
    </message>
    <message>
        <source>The output folder has a result of another image of this name.</source>
        <translation>Im Ausgabeordner liegt ein Ergebnis eines anderen Bildes dieses Namens.</translation>
    </message>
    <message>
        <source>The output folder has a result of another model.</source>
        <translation>Im Ausgabeordner liegt ein Ergebnis eines anderen Modells.</translation>
    </message>
    <message>
        <source>The report</source>
        <translation>Der Bericht</translation>
    </message>
    <message>
        <source>The result in the output folder was edited, so it is left as it is.</source>
        <translation>Das Ergebnis im Ausgabeordner wurde bearbeitet und bleibt daher, wie es ist.</translation>
    </message>
    <message>
        <source>The scored slices</source>
        <translation>Die Liste der bewerteten Schichten</translation>
    </message>
    <message>
        <source>The scores</source>
        <translation>Die Werte</translation>
    </message>
    <message>
        <source>The server cannot be reached.</source>
        <translation>Der Server ist nicht erreichbar.</translation>
    </message>
    <message>
        <source>The server does not answer.</source>
        <translation>Der Server antwortet nicht.</translation>
    </message>
    <message>
        <source>The server does not have this file.</source>
        <translation>Der Server hat diese Datei nicht.</translation>
    </message>
    <message>
        <source>The server redirects to an address that is not https, or to none.</source>
        <translation>Der Server führt zu einer Adresse, die nicht https ist, oder nirgendwohin.</translation>
    </message>
    <message>
        <source>The server reports an error (HTTP status {code}).</source>
        <translation>Der Server meldet einen Fehler (HTTP-Status {code}).</translation>
    </message>
    <message>
        <source>The server's certificate cannot be trusted.</source>
        <translation>Dem Zertifikat des Servers kann nicht vertraut werden.</translation>
    </message>
    <message>
        <source>The server's file has another size than the catalogue says.</source>
        <translation>Die Datei des Servers hat eine andere Größe, als der Katalog sagt.</translation>
    </message>
    <message>
        <source>The server's file is longer than the catalogue says.</source>
        <translation>Die Datei des Servers ist länger, als der Katalog sagt.</translation>
    </message>
    <message>
        <source>The server, or a proxy in front of it, refuses the file.</source>
        <translation>Der Server oder ein Proxy davor verweigert die Datei.</translation>
    </message>
    <message>
        <source>The split</source>
        <translation>Die Aufteilung</translation>
    </message>
    <message>
        <source>The training has no folder for its checkpoints.</source>
        <translation>Das Training hat keinen Ordner für seine Sicherungspunkte.</translation>
    </message>
    <message>
        <source>The training needs {wanted} GB of memory, and {free} are free.</source>
        <translation>Das Training braucht {wanted} GB Speicher, und {free} sind frei.</translation>
    </message>
    <message>
        <source>The training was stopped early.</source>
        <translation>Das Training wurde vorzeitig beendet.</translation>
    </message>
    <message>
        <source>The training's autoencoder is damaged; it is trained again.</source>
        <translation>Der Autoencoder des Trainings ist beschädigt; er wird neu trainiert.</translation>
    </message>
    <message>
        <source>The weights do not fit the network that the card describes; tensors {value}</source>
        <translation>Die Gewichte passen nicht zum Netz, das die Karte beschreibt; Tensoren {value}</translation>
    </message>
    <message>
        <source>The weights file</source>
        <translation>Die Datei der Gewichte</translation>
    </message>
    <message>
        <source>The weights file cannot be imported. {reason}</source>
        <translation>Die Gewichtsdatei kann nicht importiert werden. {reason}</translation>
    </message>
    <message>
        <source>The weights file does not exist.</source>
        <translation>Die Gewichtsdatei gibt es nicht.</translation>
    </message>
    <message>
        <source>The weights file is damaged.</source>
        <translation>Die Gewichtsdatei ist beschädigt.</translation>
    </message>
    <message>
        <source>The zip would lie in the model's own folder.</source>
        <translation>Die Zip-Datei würde im eigenen Ordner des Modells liegen.</translation>
    </message>
    <message>
        <source>There is no U-Net to compare with. {why}</source>
        <translation>Es gibt kein U-Net zum Vergleich. {why}</translation>
    </message>
    <message>
        <source>There is no such model package.</source>
        <translation>Dieses Modellpaket gibt es nicht.</translation>
    </message>
    <message>
        <source>This computer has the graphics card {name}, but its PyTorch computes on the CPU only.</source>
        <translation>Dieser Computer hat die Grafikkarte {name}, aber sein PyTorch rechnet nur auf der CPU.</translation>
    </message>
    <message>
        <source>This training was planned for a graphics card, and none can be used now.</source>
        <translation>Dieses Training war für eine Grafikkarte geplant, und jetzt ist keine nutzbar.</translation>
    </message>
    <message>
        <source>This training was planned without the graphics card that can be used now: after another rehearsal it does more in its time.</source>
        <translation>Dieses Training wurde ohne die Grafikkarte geplant, die jetzt nutzbar ist: Nach einem neuen Probelauf schafft es mehr in seiner Zeit.</translation>
    </message>
    <message>
        <source>Too little memory on {value}: continued on the CPU.</source>
        <translation>Zu wenig Speicher auf {value}: auf der CPU weitergerechnet.</translation>
    </message>
    <message>
        <source>Too little memory on {value}: continued with {batch_size} slice at a time.</source>
        <translation>Zu wenig Speicher auf {value}: mit {batch_size} Schicht zugleich weitergerechnet.</translation>
    </message>
    <message>
        <source>Too little memory on {value}: continued with {batch_size} slices at a time.</source>
        <translation>Zu wenig Speicher auf {value}: mit {batch_size} Schichten zugleich weitergerechnet.</translation>
    </message>
    <message>
        <source>Training a U-Net to compare with: step {done} of {steps}.</source>
        <translation>Ein U-Net zum Vergleich wird trainiert: Schritt {done} von {steps}.</translation>
    </message>
    <message>
        <source>Training mirrors images left and right, but this class is one side of the body: switch mirroring off.</source>
        <translation>Das Training spiegelt Bilder links-rechts, aber diese Klasse ist eine Körperseite: Schalten Sie das Spiegeln aus.</translation>
    </message>
    <message>
        <source>Two cases would be written to the same file {name}.seg.nrrd.</source>
        <translation>Zwei Fälle würden in dieselbe Datei {name}.seg.nrrd geschrieben.</translation>
    </message>
    <message>
        <source>Two results would be written to the same file.</source>
        <translation>Zwei Ergebnisse würden in dieselbe Datei geschrieben.</translation>
    </message>
    <message>
        <source>Update the graphics driver and restart the computer; until then, choose the CPU.</source>
        <translation>Aktualisieren Sie den Grafiktreiber, und starten Sie den Computer neu; wählen Sie bis dahin die CPU.</translation>
    </message>
    <message>
        <source>Wait a while, then start the download again.</source>
        <translation>Warten Sie eine Weile, und starten Sie das Herunterladen dann noch einmal.</translation>
    </message>
    <message>
        <source>Wait for its end.</source>
        <translation>Warten Sie, bis es endet.</translation>
    </message>
    <message>
        <source>Wait until it has ended, or choose another folder.</source>
        <translation>Warten Sie, bis er beendet ist, oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Waits until the graphics card is free.</source>
        <translation>Wartet, bis die Grafikkarte frei ist.</translation>
    </message>
    <message>
        <source>What this training had learned cannot be read any more: its checkpoints are damaged.</source>
        <translation>Was dieses Training gelernt hatte, kann nicht mehr gelesen werden: Seine Sicherungspunkte sind beschädigt.</translation>
    </message>
    <message>
        <source>Writing the result</source>
        <translation>Das Ergebnis wird geschrieben</translation>
    </message>
    <message>
        <source>{attribution} {copyright}  The weights of this model's second encoder are those features, changed by training.  </source>
        <translation>{attribution} {copyright}  Die Gewichte des zweiten Encoders dieses Modells sind diese Merkmale, durch Training verändert.  </translation>
    </message>
    <message>
        <source>{copies} of the held-out images are in the training a second time: the scores will be too good.</source>
        <translation>{copies} der Testbilder sind ein zweites Mal im Training: Die Werte werden zu gut ausfallen.</translation>
    </message>
    <message>
        <source>{copies} of the held-out images is in the training a second time: the scores will be too good.</source>
        <translation>{copies} der Testbilder ist ein zweites Mal im Training: Die Werte werden zu gut ausfallen.</translation>
    </message>
    <message>
        <source>{count} held-out case could not be scored.</source>
        <translation>{count} Testfall konnte nicht gemessen werden.</translation>
    </message>
    <message>
        <source>{count} held-out cases could not be scored.</source>
        <translation>{count} Testfälle konnten nicht gemessen werden.</translation>
    </message>
    <message>
        <source>{count} held-out cases{gone}; nothing was chosen on them</source>
        <translation>{count} Testfälle{gone}; nichts wurde an ihnen ausgewählt</translation>
    </message>
    <message>
        <source>{count} held-out case{gone}; nothing was chosen on it</source>
        <translation>{count} Testfall{gone}; nichts wurde an ihm ausgewählt</translation>
    </message>
    <message>
        <source>{name} is {value}, expected {shape}</source>
        <translation>{name} ist {value}, erwartet war {shape}</translation>
    </message>
    <message>
        <source>{name} {shape} in place of {value}</source>
        <translation>{name} {shape} anstelle von {value}</translation>
    </message>
    <message>
        <source>{shared} of the held-out cases has the very label of a case for training: if they are of one patient, the scores will be too good.</source>
        <translation>{shared} der Testfälle hat genau das Label eines Trainingsfalls: Sind sie von einem Patienten, werden die Werte zu gut ausfallen.</translation>
    </message>
    <message>
        <source>{shared} of the held-out cases have the very label of a case for training: if they are of one patient, the scores will be too good.</source>
        <translation>{shared} der Testfälle haben genau das Label eines Trainingsfalls: Sind sie von einem Patienten, werden die Werte zu gut ausfallen.</translation>
    </message>
    <message>
        <source>{todo} of {count} case to segment</source>
        <translation>{todo} von {count} Fall zu segmentieren</translation>
    </message>
    <message>
        <source>{todo} of {count} cases to segment</source>
        <translation>{todo} von {count} Fällen zu segmentieren</translation>
    </message>
    <message>
        <source>{value}: step {done} of {steps}.</source>
        <translation>{value}: Schritt {done} von {steps}.</translation>
    </message>
</context>
<context>
    <name>translation.images_sentences</name>
    <message>
        <source>A file of the folder is missing: a link leads nowhere</source>
        <translation>Eine Datei des Ordners fehlt: Eine Verknüpfung führt ins Leere</translation>
    </message>
    <message>
        <source>A label holds a segment or value that belongs to no class.</source>
        <translation>Ein Label enthält ein Segment oder einen Wert, der zu keiner Klasse gehört.</translation>
    </message>
    <message>
        <source>Add the segment to the file's header, or save the file in Slicer, which leaves such voxels out.</source>
        <translation>Ergänzen Sie das Segment in den Kopfdaten der Datei, oder speichern Sie die Datei in Slicer, das solche Voxel weglässt.</translation>
    </message>
    <message>
        <source>Case {number} of the list trains, but another case of its group is held out.</source>
        <translation>Fall {number} der Liste trainiert, aber ein anderer Fall seiner Gruppe ist Testfall.</translation>
    </message>
    <message>
        <source>Case {number} of the list {what}.</source>
        <translation>Fall {number} der Liste: {what}.</translation>
    </message>
    <message>
        <source>Cases {value} and {number} of the list have the same {what}.</source>
        <translation>Die Fälle {value} und {number} der Liste haben dasselbe: {what}.</translation>
    </message>
    <message>
        <source>Check that the file is complete and of a supported format ({titles}).</source>
        <translation>Prüfen Sie, ob die Datei vollständig ist und ein unterstütztes Format hat ({titles}).</translation>
    </message>
    <message>
        <source>Choose a folder that holds exactly one series.</source>
        <translation>Wählen Sie einen Ordner, der genau eine Serie enthält.</translation>
    </message>
    <message>
        <source>Choose a label with one colour for each class, saved without smoothing.</source>
        <translation>Wählen Sie ein Label mit einer Farbe je Klasse, ohne Glättung gespeichert.</translation>
    </message>
    <message>
        <source>Choose a model for colour images, or a grey image.</source>
        <translation>Wählen Sie ein Modell für Farbbilder oder ein graues Bild.</translation>
    </message>
    <message>
        <source>Choose a model for grey images, or a colour image.</source>
        <translation>Wählen Sie ein Modell für graue Bilder oder ein Farbbild.</translation>
    </message>
    <message>
        <source>Choose another series, or segment its pictures one by one.</source>
        <translation>Wählen Sie eine andere Serie, oder segmentieren Sie ihre Bilder einzeln.</translation>
    </message>
    <message>
        <source>Choose one from 0 to {value}.</source>
        <translation>Wählen Sie eines von 0 bis {value}.</translation>
    </message>
    <message>
        <source>Choose one of the files.</source>
        <translation>Wählen Sie eine der Dateien.</translation>
    </message>
    <message>
        <source>Choose the label of this picture, in the size of the picture.</source>
        <translation>Wählen Sie das Label dieses Bildes, in der Größe des Bildes.</translation>
    </message>
    <message>
        <source>Choose to replace such values, or repair the image.</source>
        <translation>Lassen Sie solche Werte ersetzen, oder reparieren Sie das Bild.</translation>
    </message>
    <message>
        <source>Convert the image to 8 bit, or choose another model.</source>
        <translation>Wandeln Sie das Bild in 8 Bit um, oder wählen Sie ein anderes Modell.</translation>
    </message>
    <message>
        <source>Copy it to a disk of this computer and try again.</source>
        <translation>Kopieren Sie es auf eine Festplatte dieses Computers, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Copy or export the file again from its source.</source>
        <translation>Kopieren oder exportieren Sie die Datei noch einmal aus ihrer Quelle.</translation>
    </message>
    <message>
        <source>Crop the image, check its spacing, or choose a model of a coarser spacing.</source>
        <translation>Beschneiden Sie das Bild, prüfen Sie seinen Voxelabstand, oder wählen Sie ein Modell mit gröberem Voxelabstand.</translation>
    </message>
    <message>
        <source>Delete copies; of several times or echoes, load one in 3D Slicer, and use that volume.</source>
        <translation>Löschen Sie Kopien; von mehreren Zeiten oder Echos laden Sie eines in 3D Slicer und verwenden dieses Volumen.</translation>
    </message>
    <message>
        <source>Export it again, with points in decimal numbers, not commas.</source>
        <translation>Exportieren Sie es noch einmal, mit Punkten statt Kommas in Dezimalzahlen.</translation>
    </message>
    <message>
        <source>Export it from its source in another way, such as with a rescale slope.</source>
        <translation>Exportieren Sie es aus seiner Quelle auf andere Weise, etwa mit „Rescale Slope“.</translation>
    </message>
    <message>
        <source>Export it from its source with a file for each slice.</source>
        <translation>Exportieren Sie sie aus ihrer Quelle mit einer Datei je Schicht.</translation>
    </message>
    <message>
        <source>Export it from its source with square pixels, or with their size.</source>
        <translation>Exportieren Sie sie aus ihrer Quelle mit quadratischen Pixeln oder mit deren Größe.</translation>
    </message>
    <message>
        <source>Find out which is right, and save the image with that one alone.</source>
        <translation>Finden Sie heraus, welche stimmt, und speichern Sie das Bild mit dieser allein.</translation>
    </message>
    <message>
        <source>Give all cases of a group to training, or all to val.</source>
        <translation>Geben Sie alle Fälle einer Gruppe zum Training oder alle zu val.</translation>
    </message>
    <message>
        <source>Give each structure a file of its own, or each image one label map.</source>
        <translation>Geben Sie jeder Struktur eine eigene Datei, oder jedem Bild eine Labelmap.</translation>
    </message>
    <message>
        <source>Give each structure a value from 1 to 254, or save the label as .seg.nrrd in Slicer.</source>
        <translation>Geben Sie jeder Struktur einen Wert von 1 bis 254, oder speichern Sie das Label in Slicer als .seg.nrrd.</translation>
    </message>
    <message>
        <source>Give every segment of the labels a class, or leave it out on purpose.</source>
        <translation>Geben Sie jedem Segment der Labels eine Klasse, oder lassen Sie es bewusst weg.</translation>
    </message>
    <message>
        <source>In the model's spacing the image has {count} slices of {value} x {value2} pixels, which is too much.</source>
        <translation>Im Voxelabstand des Modells hat das Bild {count} Schichten von {value} x {value2} Pixeln; das ist zu viel.</translation>
    </message>
    <message>
        <source>Its first row names the columns: image, role and, where there is one, label.</source>
        <translation>Ihre erste Zeile nennt die Spalten: image, role und, wo es eines gibt, label.</translation>
    </message>
    <message>
        <source>Label: {message}</source>
        <translation>Label: {message}</translation>
    </message>
    <message>
        <source>Load it in 3D Slicer, and save the volume that it makes of it.</source>
        <translation>Laden Sie sie in 3D Slicer und speichern Sie das Volumen, das daraus wird.</translation>
    </message>
    <message>
        <source>Load it in 3D Slicer, and use the volume or the sequence that it makes of it.</source>
        <translation>Laden Sie sie in 3D Slicer, und verwenden Sie das Volumen oder die Sequenz, die daraus entsteht.</translation>
    </message>
    <message>
        <source>Load it in Slicer, and save it as .seg.nrrd or add it from the scene.</source>
        <translation>Laden Sie es in Slicer, und speichern Sie es als .seg.nrrd, oder fügen Sie es aus der Szene hinzu.</translation>
    </message>
    <message>
        <source>Load the series in 3D Slicer, which resamples it, and use that volume.</source>
        <translation>Laden Sie die Serie in 3D Slicer, der sie umtastet, und verwenden Sie dieses Volumen.</translation>
    </message>
    <message>
        <source>Load the series in 3D Slicer, which sorts it into volumes, and use one.</source>
        <translation>Laden Sie die Serie in 3D Slicer, der sie in Volumen sortiert, und verwenden Sie eines davon.</translation>
    </message>
    <message>
        <source>Make it larger.</source>
        <translation>Machen Sie sie größer.</translation>
    </message>
    <message>
        <source>Mark the finished slices of the case again.</source>
        <translation>Markieren Sie die fertigen Schichten des Falls noch einmal.</translation>
    </message>
    <message>
        <source>Only the region of interest was segmented.</source>
        <translation>Nur die Region wurde segmentiert.</translation>
    </message>
    <message>
        <source>Place it on the image.</source>
        <translation>Setzen Sie sie auf das Bild.</translation>
    </message>
    <message>
        <source>Place it on what the image shows.</source>
        <translation>Setzen Sie sie auf das, was das Bild zeigt.</translation>
    </message>
    <message>
        <source>Put it back, or add the results again.</source>
        <translation>Legen Sie sie zurück, oder fügen Sie die Ergebnisse noch einmal hinzu.</translation>
    </message>
    <message>
        <source>Put those that belong together into a folder of their own.</source>
        <translation>Legen Sie die, die zusammengehören, in einen eigenen Ordner.</translation>
    </message>
    <message>
        <source>Resample it again with nearest neighbour, from the label as it was.</source>
        <translation>Tasten Sie es noch einmal mit nächstem Nachbarn um, aus dem ursprünglichen Label.</translation>
    </message>
    <message>
        <source>Rescale its values, for example to the range from 0 to 1000.</source>
        <translation>Skalieren Sie seine Werte um, zum Beispiel auf den Bereich von 0 bis 1000.</translation>
    </message>
    <message>
        <source>Save it again in the program that it comes from.</source>
        <translation>Speichern Sie es im Programm, aus dem es stammt, noch einmal.</translation>
    </message>
    <message>
        <source>Save it as .nrrd and use that.</source>
        <translation>Speichern Sie es als .nrrd, und verwenden Sie das.</translation>
    </message>
    <message>
        <source>Save it as NIfTI or NRRD in the program that it comes from.</source>
        <translation>Speichern Sie es als NIfTI oder NRRD in dem Programm, aus dem es kommt.</translation>
    </message>
    <message>
        <source>Save it as NIfTI-1 or NRRD in the program that it comes from.</source>
        <translation>Speichern Sie es im Programm, aus dem es stammt, als NIfTI-1 oder NRRD.</translation>
    </message>
    <message>
        <source>Save it as PNG and use that.</source>
        <translation>Speichern Sie es als PNG, und verwenden Sie das.</translation>
    </message>
    <message>
        <source>Save it in RGB colours, or with black as the first colour of its palette.</source>
        <translation>Speichern Sie es in RGB-Farben oder mit Schwarz als erster Farbe der Palette.</translation>
    </message>
    <message>
        <source>Save it with its spacings, in the program that it comes from.</source>
        <translation>Speichern Sie es mit seinen Voxelabständen (spacings) in dem Programm, aus dem es stammt.</translation>
    </message>
    <message>
        <source>Save it with the space left-posterior-superior, in the program that it comes from.</source>
        <translation>Speichern Sie es mit dem Raum (space) left-posterior-superior, in dem Programm, aus dem es kommt.</translation>
    </message>
    <message>
        <source>Save it without transparency, on a black background.</source>
        <translation>Speichern Sie es ohne Transparenz, auf schwarzem Hintergrund.</translation>
    </message>
    <message>
        <source>Save its magnitude as an image and use that.</source>
        <translation>Speichern Sie den Betrag als Bild, und verwenden Sie das.</translation>
    </message>
    <message>
        <source>Save one frame as an image of its own, or load the image in Slicer as a sequence.</source>
        <translation>Speichern Sie einen Zeitpunkt als eigenes Bild, oder laden Sie das Bild in Slicer als Sequenz.</translation>
    </message>
    <message>
        <source>Save one label map, with a whole value for each class.</source>
        <translation>Speichern Sie eine Labelkarte mit einem ganzzahligen Wert je Klasse.</translation>
    </message>
    <message>
        <source>Save the channel or time that you mean as a file of its own.</source>
        <translation>Speichern Sie den Kanal oder Zeitpunkt, den Sie meinen, als eigene Datei.</translation>
    </message>
    <message>
        <source>Save the label with the width and height of the stored image; a camera may have stored a picture otherwise than other programs show it.</source>
        <translation>Speichern Sie das Label mit Breite und Höhe des gespeicherten Bildes; eine Kamera kann ein Bild anders gespeichert haben, als andere Programme es zeigen.</translation>
    </message>
    <message>
        <source>Save the page that you mean as PNG and use that.</source>
        <translation>Speichern Sie die gemeinte Seite als PNG und verwenden Sie dieses.</translation>
    </message>
    <message>
        <source>Save the part of it that you mean as an image of its own.</source>
        <translation>Speichern Sie den Teil, den Sie meinen, als eigenes Bild.</translation>
    </message>
    <message>
        <source>Say in the mapping what it is; {ignored} itself means unlabelled.</source>
        <translation>Geben Sie in der Zuordnung an, was es ist; {ignored} selbst bedeutet ungelabelt.</translation>
    </message>
    <message>
        <source>Say which class each colour or layer is, or save one value for each class.</source>
        <translation>Sagen Sie, welche Klasse jede Farbe oder Ebene ist, oder speichern Sie einen Wert je Klasse.</translation>
    </message>
    <message>
        <source>Segment it as a volume.</source>
        <translation>Segmentieren Sie es als Volumen.</translation>
    </message>
    <message>
        <source>Several slices of the DICOM series lie at one position.</source>
        <translation>Mehrere Schichten der DICOM-Serie liegen an derselben Stelle.</translation>
    </message>
    <message>
        <source>Slices that are marked as finished do not exist: in this direction the image has {value}, counted from 0.</source>
        <translation>Als fertig markierte Schichten gibt es nicht: In dieser Richtung hat das Bild {value}, gezählt ab 0.</translation>
    </message>
    <message>
        <source>Take the label as it was before, as PNG, .nrrd or .nii.gz; a JPEG picture that was converted to these stays changed.</source>
        <translation>Nehmen Sie das Label, wie es vorher war, als PNG, .nrrd oder .nii.gz; ein JPEG-Bild, das dorthin umgewandelt wurde, bleibt verändert.</translation>
    </message>
    <message>
        <source>Take the label as it was before. If it is of one class, you can make it black and white again: what is darker than 128 black, all else white.</source>
        <translation>Nehmen Sie das Label, wie es vorher war. Hat es nur eine Klasse, können Sie es auch wieder schwarz-weiß machen: was dunkler ist als 128, schwarz, alles andere weiß.</translation>
    </message>
    <message>
        <source>The DICOM file does not say where its {frames} frames lie: it may be a film.</source>
        <translation>Die DICOM-Datei sagt nicht, wo ihre {frames} Einzelbilder liegen: Sie kann ein Film sein.</translation>
    </message>
    <message>
        <source>The DICOM file gives a dose in numbers of its own (DoseGridScaling), which cannot be read.</source>
        <translation>Die DICOM-Datei gibt eine Dosis in eigenen Zahlen an (DoseGridScaling), was nicht gelesen werden kann.</translation>
    </message>
    <message>
        <source>The DICOM file gives its values by a table (Modality LUT), which cannot be read.</source>
        <translation>Die DICOM-Datei gibt ihre Werte durch eine Tabelle an (Modality LUT), die nicht gelesen werden kann.</translation>
    </message>
    <message>
        <source>The DICOM file holds no image.</source>
        <translation>Die DICOM-Datei enthält kein Bild.</translation>
    </message>
    <message>
        <source>The DICOM file is damaged: its compressed pixels are not whole</source>
        <translation>Die DICOM-Datei ist beschädigt: Ihre komprimierten Pixel sind unvollständig</translation>
    </message>
    <message>
        <source>The DICOM file says that its pixels are not square (PixelAspectRatio), and not how large they are.</source>
        <translation>Die DICOM-Datei sagt, dass ihre Pixel nicht quadratisch sind (PixelAspectRatio), und nicht, wie groß sie sind.</translation>
    </message>
    <message>
        <source>The DICOM file stores its values in other bits than the lowest (high bit), which cannot be read.</source>
        <translation>Die DICOM-Datei speichert ihre Werte in anderen als den niedrigsten Bits (High Bit), was nicht gelesen werden kann.</translation>
    </message>
    <message>
        <source>The DICOM file writes {what} in a way that is no number.</source>
        <translation>Die DICOM-Datei schreibt {what} so, dass es keine Zahl ist.</translation>
    </message>
    <message>
        <source>The DICOM series cannot be read.</source>
        <translation>Die DICOM-Serie kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The DICOM series does not say where its slices lie, or how large their pixels are.</source>
        <translation>Die DICOM-Serie sagt nicht, wo ihre Schichten liegen oder wie groß deren Pixel sind.</translation>
    </message>
    <message>
        <source>The TIFF file is damaged: its pages lead back to each other</source>
        <translation>Die TIFF-Datei ist beschädigt: Ihre Seiten führen im Kreis</translation>
    </message>
    <message>
        <source>The case list</source>
        <translation>Die Fallliste</translation>
    </message>
    <message>
        <source>The case list does not exist.</source>
        <translation>Die Fallliste gibt es nicht.</translation>
    </message>
    <message>
        <source>The case list is empty.</source>
        <translation>Die Fallliste ist leer.</translation>
    </message>
    <message>
        <source>The case list is too large.</source>
        <translation>Die Fallliste ist größer als möglich.</translation>
    </message>
    <message>
        <source>The case list must be a list of cases.</source>
        <translation>Die Fallliste muss eine Liste von Fällen sein.</translation>
    </message>
    <message>
        <source>The case list {error}.</source>
        <translation>Die Fallliste: {error}.</translation>
    </message>
    <message>
        <source>The disk with the temporary folder is full.</source>
        <translation>Die Festplatte mit dem temporären Ordner ist voll.</translation>
    </message>
    <message>
        <source>The file of the structure '{name}' holds more than zeros and ones.</source>
        <translation>Die Datei der Struktur '{name}' enthält mehr als Nullen und Einsen.</translation>
    </message>
    <message>
        <source>The file that holds the image's voxels is missing</source>
        <translation>Die Datei mit den Voxeln des Bildes fehlt</translation>
    </message>
    <message>
        <source>The folder holds no DICOM images.</source>
        <translation>Der Ordner enthält keine DICOM-Bilder.</translation>
    </message>
    <message>
        <source>The folder holds several DICOM files of many frames each.</source>
        <translation>Der Ordner enthält mehrere DICOM-Dateien mit je vielen Einzelbildern.</translation>
    </message>
    <message>
        <source>The folder holds {count} DICOM series.</source>
        <translation>Der Ordner enthält {count} DICOM-Serien.</translation>
    </message>
    <message>
        <source>The frames of the DICOM file are turned against each other, or scaled differently.</source>
        <translation>Die Einzelbilder der DICOM-Datei sind gegeneinander gedreht oder verschieden skaliert.</translation>
    </message>
    <message>
        <source>The image cannot be read.</source>
        <translation>Das Bild kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The image consists of two files (.hdr and .img), and one of them is missing</source>
        <translation>Das Bild besteht aus zwei Dateien (.hdr und .img), und eine davon fehlt</translation>
    </message>
    <message>
        <source>The image file cannot be read: {strerror}.</source>
        <translation>Die Bilddatei kann nicht gelesen werden: {strerror}.</translation>
    </message>
    <message>
        <source>The image file could not be read in time.</source>
        <translation>Die Bilddatei konnte nicht rechtzeitig gelesen werden.</translation>
    </message>
    <message>
        <source>The image file does not exist.</source>
        <translation>Die Bilddatei gibt es nicht.</translation>
    </message>
    <message>
        <source>The image file is damaged: it holds more voxels than it declares</source>
        <translation>Die Bilddatei ist beschädigt: Sie enthält mehr Voxel, als sie angibt</translation>
    </message>
    <message>
        <source>The image file is damaged: it makes its reader crash</source>
        <translation>Die Bilddatei ist beschädigt: Sie bringt ihren Leser zum Absturz</translation>
    </message>
    <message>
        <source>The image file is damaged: it takes far more memory than its voxels</source>
        <translation>Die Bilddatei ist beschädigt: Sie braucht weit mehr Speicher als ihre Voxel</translation>
    </message>
    <message>
        <source>The image file is damaged: its compressed pixels are not whole</source>
        <translation>Die Bilddatei ist beschädigt: Ihre komprimierten Pixel sind unvollständig</translation>
    </message>
    <message>
        <source>The image file is damaged: its compressed voxels are not whole</source>
        <translation>Die Bilddatei ist beschädigt: Ihre komprimierten Voxel sind unvollständig</translation>
    </message>
    <message>
        <source>The image file is damaged: its header says one thing in two ways</source>
        <translation>Die Bilddatei ist beschädigt: Ihr Kopf sagt eine Sache auf zwei Arten</translation>
    </message>
    <message>
        <source>The image file is damaged: reading it never ends</source>
        <translation>Die Bilddatei ist beschädigt: Das Lesen kommt zu keinem Ende</translation>
    </message>
    <message>
        <source>The image file is damaged: something follows its compressed voxels</source>
        <translation>Die Bilddatei ist beschädigt: Auf ihre komprimierten Voxel folgt etwas</translation>
    </message>
    <message>
        <source>The image file is empty.</source>
        <translation>Die Bilddatei ist leer.</translation>
    </message>
    <message>
        <source>The image file is incomplete: it declares more voxels than it holds</source>
        <translation>Die Bilddatei ist unvollständig: Sie gibt mehr Voxel an, als sie enthält</translation>
    </message>
    <message>
        <source>The image has a fourth dimension ({frames} frames).</source>
        <translation>Das Bild hat eine vierte Dimension ({frames} Einzelbilder).</translation>
    </message>
    <message>
        <source>The image has more than four dimensions.</source>
        <translation>Das Bild hat mehr als vier Dimensionen.</translation>
    </message>
    <message>
        <source>The image has no fourth dimension.</source>
        <translation>Das Bild hat keine vierte Dimension.</translation>
    </message>
    <message>
        <source>The image has only {frames} frame.</source>
        <translation>Das Bild hat nur {frames} Einzelbild.</translation>
    </message>
    <message>
        <source>The image has only {frames} frames.</source>
        <translation>Das Bild hat nur {frames} Einzelbilder.</translation>
    </message>
    <message>
        <source>The image holds complex numbers.</source>
        <translation>Das Bild enthält komplexe Zahlen.</translation>
    </message>
    <message>
        <source>The image holds {bad} voxel value that is not a number (NaN or infinite).</source>
        <translation>Das Bild enthält {bad} Voxelwert, der keine Zahl ist (NaN oder unendlich).</translation>
    </message>
    <message>
        <source>The image holds {bad} voxel values that are not a number (NaN or infinite).</source>
        <translation>Das Bild enthält {bad} Voxelwerte, die keine Zahlen sind (NaN oder unendlich).</translation>
    </message>
    <message>
        <source>The image is a NIfTI-2 file, which cannot be read.</source>
        <translation>Das Bild ist eine NIfTI-2-Datei, die nicht gelesen werden kann.</translation>
    </message>
    <message>
        <source>The image is an ANALYZE file, which does not say which side is the left.</source>
        <translation>Das Bild ist eine ANALYZE-Datei, die nicht sagt, welche Seite links ist.</translation>
    </message>
    <message>
        <source>The image is constant inside the region of interest: all its voxels are equal.</source>
        <translation>Das Bild ist in der Region konstant: Alle Voxel sind gleich.</translation>
    </message>
    <message>
        <source>The image is constant: all its voxels are equal.</source>
        <translation>Das Bild ist konstant: Alle Voxel sind gleich.</translation>
    </message>
    <message>
        <source>The image is empty: it has no voxels.</source>
        <translation>Das Bild ist leer: Es hat keine Voxel.</translation>
    </message>
    <message>
        <source>The image is not a file.</source>
        <translation>Das Bild ist keine Datei.</translation>
    </message>
    <message>
        <source>The image says how to scale its values (ElementToIntensityFunctionSlope), which most programs pass over.</source>
        <translation>Das Bild sagt, wie seine Werte zu skalieren sind (ElementToIntensityFunctionSlope), was die meisten Programme übergehen.</translation>
    </message>
    <message>
        <source>The image says two different things about which side is the left (qform and sform).</source>
        <translation>Das Bild macht zwei verschiedene Angaben, welche Seite links ist (qform und sform).</translation>
    </message>
    <message>
        <source>The image says two different voxel spacings (pixdim and sform).</source>
        <translation>Das Bild nennt zwei verschiedene Voxelabstände (pixdim und sform).</translation>
    </message>
    <message>
        <source>The image says what to add to its values, but not how to scale them (scl_slope): programs differ in what they make of it.</source>
        <translation>Das Bild nennt, was zu seinen Werten zu addieren ist, aber nicht, wie sie zu skalieren sind (scl_slope): Programme machen Verschiedenes daraus.</translation>
    </message>
    <message>
        <source>The image's axes are not at right angles, which cannot be read from NIfTI files.</source>
        <translation>Die Achsen des Bildes stehen nicht senkrecht aufeinander, was aus NIfTI-Dateien nicht gelesen werden kann.</translation>
    </message>
    <message>
        <source>The image's header gives its directions in a way that would be read mirrored (space: {space}).</source>
        <translation>Der Dateikopf des Bildes gibt seine Richtungen auf eine Weise an, die gespiegelt gelesen würde (space: {space}).</translation>
    </message>
    <message>
        <source>The image's header says where its axes begin or end (axis mins, axis maxs), and not its voxel spacing: programs differ in what they make of it.</source>
        <translation>Der Dateikopf des Bildes sagt, wo seine Achsen beginnen oder enden (axis mins, axis maxs), aber nicht den Voxelabstand: Programme machen Verschiedenes daraus.</translation>
    </message>
    <message>
        <source>The image's values are too large, or too close together, to be computed with.</source>
        <translation>Die Werte des Bildes sind zu groß oder liegen zu dicht beieinander, um mit ihnen zu rechnen.</translation>
    </message>
    <message>
        <source>The image's voxel spacing is zero, negative or no number.</source>
        <translation>Der Voxelabstand des Bildes ist null, negativ oder keine Zahl.</translation>
    </message>
    <message>
        <source>The image's voxel spacing or axes are not usable.</source>
        <translation>Voxelabstand oder Achsen des Bildes sind nicht verwendbar.</translation>
    </message>
    <message>
        <source>The image's voxels hold neither grey values nor colours.</source>
        <translation>Die Voxel des Bildes enthalten weder Grauwerte noch Farben.</translation>
    </message>
    <message>
        <source>The label has a palette that does not begin with its background, black.</source>
        <translation>Das Label hat eine Palette, die nicht mit seinem Hintergrund, Schwarz, beginnt.</translation>
    </message>
    <message>
        <source>The label has pixels that are transparent and not black.</source>
        <translation>Das Label hat Pixel, die durchsichtig und nicht schwarz sind.</translation>
    </message>
    <message>
        <source>The label has several maps, and they are not of zeros and ones.</source>
        <translation>Das Label hat mehrere Karten, und sie bestehen nicht aus Nullen und Einsen.</translation>
    </message>
    <message>
        <source>The label has {count} colours: it is a photograph, or was smoothed.</source>
        <translation>Das Label hat {count} Farben: Es ist ein Foto oder wurde geglättet.</translation>
    </message>
    <message>
        <source>The label holds greys between its values, such as {value}: it was smoothed when it was resized or turned, or was a JPEG picture.</source>
        <translation>Das Label enthält Grautöne zwischen seinen Werten, etwa {value}: Es wurde beim Skalieren oder Drehen geglättet oder war ein JPEG-Bild.</translation>
    </message>
    <message>
        <source>The label is a DICOM segmentation, which cannot be read as a file.</source>
        <translation>Das Label ist eine DICOM-Segmentierung, die nicht als Datei gelesen werden kann.</translation>
    </message>
    <message>
        <source>The label is a JPEG picture, and its compression changed the values.</source>
        <translation>Das Label ist ein JPEG-Bild, und seine Kompression hat die Werte verändert.</translation>
    </message>
    <message>
        <source>The label is coloured, with more than 8 bits a colour.</source>
        <translation>Das Label ist farbig, mit mehr als 8 Bit je Farbe.</translation>
    </message>
    <message>
        <source>The label map holds the value {ignored}, which is no class.</source>
        <translation>Die Labelkarte enthält den Wert {ignored}, der keine Klasse ist.</translation>
    </message>
    <message>
        <source>The label map holds values between whole numbers, such as {value}: it was interpolated.</source>
        <translation>Die Labelkarte enthält Werte zwischen ganzen Zahlen, etwa {value}: Sie wurde interpoliert.</translation>
    </message>
    <message>
        <source>The label map holds values other than 0 to 255, such as {odd}.</source>
        <translation>Die Labelkarte enthält andere Werte als 0 bis 255, etwa {odd}.</translation>
    </message>
    <message>
        <source>The label map is coloured or has overlapping layers.</source>
        <translation>Die Labelkarte ist farbig oder hat überlappende Ebenen.</translation>
    </message>
    <message>
        <source>The label's size is {label} and that of its image {image}: it belongs to another picture, or one of them was scaled or cropped.</source>
        <translation>Das Label ist {label} groß und sein Bild {image}: Es gehört zu einem anderen Bild, oder eines von beiden wurde skaliert oder beschnitten.</translation>
    </message>
    <message>
        <source>The label's size is {label} and that of its image {image}: one of them is turned.</source>
        <translation>Das Label hat die Größe {label} und sein Bild {image}: Eines von beiden ist gedreht.</translation>
    </message>
    <message>
        <source>The model takes colour images; this image is grey.</source>
        <translation>Das Modell nimmt Farbbilder; dieses Bild ist grau.</translation>
    </message>
    <message>
        <source>The model takes grey images; this image has 3 colour channels.</source>
        <translation>Das Modell nimmt graue Bilder; dieses Bild hat 3 Farbkanäle.</translation>
    </message>
    <message>
        <source>The model takes pictures; this image has values that no picture of 8 or 16 bits has.</source>
        <translation>Das Modell nimmt Fotos; dieses Bild hat Werte, die kein Foto mit 8 oder 16 Bit hat.</translation>
    </message>
    <message>
        <source>The pages of the TIFF file are of several channels, or of slices at several times.</source>
        <translation>Die Seiten der TIFF-Datei sind von mehreren Kanälen, oder von Schichten zu mehreren Zeiten.</translation>
    </message>
    <message>
        <source>The pages of the TIFF file differ in size or kind.</source>
        <translation>Die Seiten der TIFF-Datei unterscheiden sich in Größe oder Art.</translation>
    </message>
    <message>
        <source>The picture is a {title} file of a kind that cannot be read.</source>
        <translation>Das Bild ist eine {title}-Datei einer Art, die nicht gelesen werden kann.</translation>
    </message>
    <message>
        <source>The picture is damaged: a check sum in it is wrong</source>
        <translation>Das Bild ist beschädigt: Eine Prüfsumme darin ist falsch</translation>
    </message>
    <message>
        <source>The picture is not of 8 bits: {high} was taken as white.</source>
        <translation>Das Bild hat nicht 8 Bit: {high} wurde als Weiß genommen.</translation>
    </message>
    <message>
        <source>The process that reads images could not be started.</source>
        <translation>Der Prozess, der Bilder liest, konnte nicht gestartet werden.</translation>
    </message>
    <message>
        <source>The region of interest is too small: it holds hardly any voxel of the image.</source>
        <translation>Die Region ist zu klein: Sie enthält kaum ein Voxel des Bildes.</translation>
    </message>
    <message>
        <source>The region of interest lies outside of the image.</source>
        <translation>Die Region liegt außerhalb des Bildes.</translation>
    </message>
    <message>
        <source>The segmentation holds voxels of the value {value}, which no segment of it has.</source>
        <translation>Die Segmentierung enthält Voxel mit dem Wert {value}, den keines ihrer Segmente hat.</translation>
    </message>
    <message>
        <source>The segmentation is damaged: its header names more layers than it holds</source>
        <translation>Die Segmentierung ist beschädigt: Ihre Kopfdaten nennen mehr Ebenen, als sie enthält</translation>
    </message>
    <message>
        <source>The segmentation's header is damaged.</source>
        <translation>Die Kopfdaten der Segmentierung sind beschädigt.</translation>
    </message>
    <message>
        <source>The slices of the DICOM series are not evenly spaced; some may be missing.</source>
        <translation>Die Schichten der DICOM-Serie sind ungleich weit voneinander entfernt; vielleicht fehlen einige.</translation>
    </message>
    <message>
        <source>The slices of the DICOM series are of several patients, studies, modalities or frames of reference.</source>
        <translation>Die Schichten der DICOM-Serie sind von mehreren Patienten, Studien, Modalitäten oder Bezugssystemen.</translation>
    </message>
    <message>
        <source>The slices of the DICOM series are turned against each other, or differ in their pixel spacing.</source>
        <translation>Die Schichten der DICOM-Serie sind gegeneinander gedreht oder haben verschiedene Pixelabstände.</translation>
    </message>
    <message>
        <source>The structure '{name}' has no file.</source>
        <translation>Die Struktur '{name}' hat keine Datei.</translation>
    </message>
    <message>
        <source>The structure '{name}' lies on another grid than the image.</source>
        <translation>Die Struktur '{name}' liegt auf einem anderen Gitter als das Bild.</translation>
    </message>
</context>
<context>
    <name>translation.project_sentences</name>
    <message>
        <source>A case is not among those that wait for a decision (any more).</source>
        <translation>Ein Fall gehört nicht (mehr) zu denen, die auf eine Entscheidung warten.</translation>
    </message>
    <message>
        <source>A case list of the training</source>
        <translation>Eine Fallliste des Trainings</translation>
    </message>
    <message>
        <source>A case's use is one of {value}.</source>
        <translation>Die Verwendung eines Falls ist eine von {value}.</translation>
    </message>
    <message>
        <source>A class lies all around the edge of the image, where the background usually is: the label may be black on white.</source>
        <translation>Eine Klasse liegt rings um den Bildrand, wo sonst der Hintergrund ist: Das Label ist vielleicht schwarz auf weiß.</translation>
    </message>
    <message>
        <source>A class needs a name and a colour.</source>
        <translation>Eine Klasse braucht einen Namen und eine Farbe.</translation>
    </message>
    <message>
        <source>A file is a case's label already, and cannot be another program's result.</source>
        <translation>Eine Datei ist bereits das Label eines Falls und kann nicht das Ergebnis eines anderen Programms sein.</translation>
    </message>
    <message>
        <source>A file of the results does not exist.</source>
        <translation>Eine Datei der Ergebnisse gibt es nicht.</translation>
    </message>
    <message>
        <source>A held-out case has a label that a model made: scores would be too good.</source>
        <translation>Ein Testfall hat ein Label, das ein Modell erstellt hat: Die Werte wären zu gut.</translation>
    </message>
    <message>
        <source>A held-out case has no label: there is nothing to compare with.</source>
        <translation>Ein Testfall hat kein Label: Es gibt nichts, womit verglichen werden kann.</translation>
    </message>
    <message>
        <source>A held-out case is labelled on {slices} of {of} slices, and scored on these.</source>
        <translation>Ein Testfall ist auf {slices} von {of} Schichten gelabelt und wird auf diesen bewertet.</translation>
    </message>
    <message>
        <source>A held-out image is in the project twice: no training sees the copy either.</source>
        <translation>Ein Testbild ist zweimal da: Auch die Kopie sieht kein Training.</translation>
    </message>
    <message>
        <source>A held-out image is in the training a second time: scores would be too good.</source>
        <translation>Ein Testbild ist ein zweites Mal im Training: Die Werte wären zu gut.</translation>
    </message>
    <message>
        <source>A label's origin is one of {value}.</source>
        <translation>Die Herkunft eines Labels ist eine von {value}.</translation>
    </message>
    <message>
        <source>A labelled case was not checked yet, or its label cannot be used.</source>
        <translation>Ein gelabelter Fall wurde noch nicht geprüft, oder sein Label ist nicht verwendbar.</translation>
    </message>
    <message>
        <source>A segment was mapped to a class that does not exist.</source>
        <translation>Ein Segment wurde einer Klasse gegeben, die es nicht gibt.</translation>
    </message>
    <message>
        <source>Add images of the same kind without labels: training learns from them too.</source>
        <translation>Fügen Sie Bilder derselben Art ohne Label hinzu: Das Training lernt auch aus ihnen.</translation>
    </message>
    <message>
        <source>Add images without labels to the project.</source>
        <translation>Fügen Sie dem Projekt Bilder ohne Label hinzu.</translation>
    </message>
    <message>
        <source>Add its results for labelled cases of at least two patients: the training then measures it.</source>
        <translation>Fügen Sie auch seine Ergebnisse für gelabelte Fälle von mindestens zwei Patienten hinzu: Dann misst das Training, wie gut es ist.</translation>
    </message>
    <message>
        <source>Add the result that belongs to this image, or use none.</source>
        <translation>Fügen Sie das Ergebnis hinzu, das zu diesem Bild gehört, oder verwenden Sie keines.</translation>
    </message>
    <message>
        <source>Add what the program itself made.</source>
        <translation>Fügen Sie hinzu, was das Programm selbst gemacht hat.</translation>
    </message>
    <message>
        <source>An image is both labelled and unlabelled.</source>
        <translation>Ein Bild ist gelabelt und ungelabelt vorhanden.</translation>
    </message>
    <message>
        <source>An image is in the project {count} times.</source>
        <translation>Dasselbe Bild ist {count}-mal vorhanden.</translation>
    </message>
    <message>
        <source>Another program found nothing here: the training learns that nothing is there.</source>
        <translation>Ein anderes Programm hat hier nichts gefunden: Das Training lernt, dass dort nichts ist.</translation>
    </message>
    <message>
        <source>Another program's result is the case's label, voxel by voxel: it is probably a copy.</source>
        <translation>Das Ergebnis eines anderen Programms ist Voxel für Voxel das Label des Falls: Es ist wahrscheinlich eine Kopie.</translation>
    </message>
    <message>
        <source>Another program's result lies on another grid than the image, but in the same place.</source>
        <translation>Das Ergebnis eines anderen Programms liegt auf einem anderen Gitter als das Bild, aber an derselben Stelle.</translation>
    </message>
    <message>
        <source>Another program's result lies outside its image.</source>
        <translation>Das Ergebnis eines anderen Programms liegt außerhalb seines Bildes.</translation>
    </message>
    <message>
        <source>Another version of project.json in the project's folder holds changes that the project lacks: two computers changed it at once.</source>
        <translation>Eine andere Fassung von project.json im Ordner des Projekts enthält Änderungen, die dem Projekt fehlen: Zwei Rechner haben es gleichzeitig geändert.</translation>
    </message>
    <message>
        <source>Bring it to the image's grid.</source>
        <translation>Bringen Sie es auf das Raster des Bildes.</translation>
    </message>
    <message>
        <source>Bring it to the image's grid. Where its structures overlap, the class that is further down the list now will count.</source>
        <translation>Bringen Sie es auf das Raster des Bildes. Wo seine Strukturen sich überlappen, gilt danach die Klasse, die jetzt weiter unten in der Liste steht.</translation>
    </message>
    <message>
        <source>Bring the label to the image's grid (a copy in the project)</source>
        <translation>Das Label auf das Raster des Bildes bringen (als Kopie im Projekt)</translation>
    </message>
    <message>
        <source>Bring the result to the image's grid (a copy in the project)</source>
        <translation>Das Ergebnis auf das Gitter des Bildes bringen (eine Kopie im Projekt)</translation>
    </message>
    <message>
        <source>By its name, a label is that of another image.</source>
        <translation>Dem Namen nach gehört ein Label zu einem anderen Bild.</translation>
    </message>
    <message>
        <source>By their names, the labels of {count} images are those of others.</source>
        <translation>Den Namen nach gehören die Labels von {count} Bildern zu anderen Bildern.</translation>
    </message>
    <message>
        <source>By their names, {count} images may be of one patient: if one is held out while another trains, scores are too good.</source>
        <translation>Den Namen nach können {count} Bilder von einem Patienten sein: Ist eines davon Testfall und ein anderes trainiert, sind die Werte zu gut.</translation>
    </message>
    <message>
        <source>By their names, {count} images may be of {count2} patients: if one is held out while another trains, scores are too good.</source>
        <translation>Den Namen nach können {count} Bilder von {count2} Patienten sein: Ist eines davon Testfall und ein anderes desselben Patienten trainiert, sind die Werte zu gut.</translation>
    </message>
    <message>
        <source>Cameras say that these pictures are to be shown turned, and here they are read as they are stored: a label drawn in another program may lie beside what it shows.</source>
        <translation>Kameras sagen, dass diese Bilder gedreht gezeigt werden sollen, und hier werden sie gelesen, wie sie gespeichert sind: Ein Label aus einem anderen Programm kann neben dem liegen, was es zeigt.</translation>
    </message>
    <message>
        <source>Change the held-out set first, on purpose and with a reason.</source>
        <translation>Ändern Sie zuerst die Testfälle, bewusst und mit einem Grund.</translation>
    </message>
    <message>
        <source>Changing the held-out cases needs a reason.</source>
        <translation>Die Testfälle zu ändern braucht einen Grund.</translation>
    </message>
    <message>
        <source>Check that all are the same kind of image in the same units.</source>
        <translation>Prüfen Sie, ob alle dieselbe Art von Bild in denselben Einheiten sind.</translation>
    </message>
    <message>
        <source>Check that it is the same kind of image in the same units; if not, leave it out.</source>
        <translation>Prüfen Sie, ob es dieselbe Art von Bild in denselben Einheiten ist; wenn nicht, lassen Sie es weg.</translation>
    </message>
    <message>
        <source>Check that it is true and the same kind of image; if not, correct it or leave the case out.</source>
        <translation>Prüfen Sie, ob sie stimmt und es dieselbe Art von Bild ist; wenn nicht, korrigieren Sie sie, oder lassen Sie den Fall weg.</translation>
    </message>
    <message>
        <source>Check that they are the same kind of image; a model for each kind may do better.</source>
        <translation>Prüfen Sie, ob es dieselbe Art von Bild ist; ein Modell je Art ist vielleicht besser.</translation>
    </message>
    <message>
        <source>Check the rest of the image, add what is missing, and send the label as whole.</source>
        <translation>Prüfen Sie den Rest des Bildes, ergänzen Sie, was fehlt, und senden Sie das Label als vollständig.</translation>
    </message>
    <message>
        <source>Check them in Segment Editor; where they overlap, the later one counts.</source>
        <translation>Prüfen Sie sie im Segment Editor; wo sie überlappen, gilt das spätere.</translation>
    </message>
    <message>
        <source>Choose a folder of results.</source>
        <translation>Wählen Sie einen Ordner mit Ergebnissen.</translation>
    </message>
    <message>
        <source>Choose a project's folder, or make a new project.</source>
        <translation>Wählen Sie den Ordner eines Projekts, oder legen Sie ein neues an.</translation>
    </message>
    <message>
        <source>Choose another label, or none; keep it only if the image truly shows nothing.</source>
        <translation>Wählen Sie ein anderes Label oder keines; behalten Sie es nur, wenn das Bild wirklich nichts zeigt.</translation>
    </message>
    <message>
        <source>Choose another name, or give those segments to this class first.</source>
        <translation>Wählen Sie einen anderen Namen, oder ordnen Sie diese Segmente zuerst dieser Klasse zu.</translation>
    </message>
    <message>
        <source>Choose another.</source>
        <translation>Wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Choose labelled cases.</source>
        <translation>Wählen Sie gelabelte Fälle.</translation>
    </message>
    <message>
        <source>Choose one of the project's classes.</source>
        <translation>Wählen Sie eine der Klassen des Projekts.</translation>
    </message>
    <message>
        <source>Choose other names.</source>
        <translation>Wählen Sie andere Namen.</translation>
    </message>
    <message>
        <source>Choose others.</source>
        <translation>Wählen Sie andere.</translation>
    </message>
    <message>
        <source>Choose the held-out cases again, with this as the reason.</source>
        <translation>Wählen Sie die Testfälle neu, mit diesem Grund.</translation>
    </message>
    <message>
        <source>Choose the label that belongs to this image; one saved without its position must be put in place first.</source>
        <translation>Wählen Sie das Label, das zu diesem Bild gehört; eines, das ohne seine Lage gespeichert wurde, muss zuerst ausgerichtet werden.</translation>
    </message>
    <message>
        <source>Choose them before the first training: scores need cases it never sees.</source>
        <translation>Wählen Sie sie vor dem ersten Training: Werte brauchen Fälle, die es nie sieht.</translation>
    </message>
    <message>
        <source>Choose them first.</source>
        <translation>Wählen Sie sie zuerst.</translation>
    </message>
    <message>
        <source>Close other windows that show this project, then try again.</source>
        <translation>Schließen Sie andere Fenster, die dieses Projekt zeigen, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Compare them with the images that they were made from. If they are wrong, save these, with their labels, in a format that says it.</source>
        <translation>Vergleichen Sie sie mit den Bildern, aus denen sie entstanden. Wenn sie falsch sind, speichern Sie diese mit ihren Labels in einem Format, das es sagt.</translation>
    </message>
    <message>
        <source>Connect its drive, or open the project where it is now.</source>
        <translation>Verbinden Sie das Laufwerk, oder öffnen Sie das Projekt dort, wo es jetzt liegt.</translation>
    </message>
    <message>
        <source>Connect their disk, ask for access to them, or say where they are now (relocate).</source>
        <translation>Schließen Sie ihre Festplatte an, bitten Sie um Zugriff darauf, oder sagen Sie, wo sie jetzt sind („Suchen“).</translation>
    </message>
    <message>
        <source>Connect their disk, or say where their files are now (relocate).</source>
        <translation>Schließen Sie ihre Festplatte an, oder sagen Sie, wo ihre Dateien jetzt sind („Suchen“).</translation>
    </message>
    <message>
        <source>Count it as a model's, or give it again as a corrected one.</source>
        <translation>Zählen Sie es als das eines Modells, oder geben Sie es als korrigiertes neu an.</translation>
    </message>
    <message>
        <source>Count the label as made by a model</source>
        <translation>Das Label als vom Modell erstellt zählen</translation>
    </message>
    <message>
        <source>Edit the label: when you save it, smaller ones can be put on top.</source>
        <translation>Bearbeiten Sie das Label: Beim Speichern können kleinere nach oben gelegt werden.</translation>
    </message>
    <message>
        <source>Fewer than {fewest_for_split} patients are labelled, so each is held out in turn: {folds} trainings are scored, each on patients it has not seen, and one more on all labelled cases makes the model.</source>
        <translation>Weniger als {fewest_for_split} Patienten sind gelabelt, daher ist jeder der Reihe nach Testfall: {folds} Trainings werden gemessen, jedes an Patienten, die es nicht gesehen hat, und ein weiteres auf allen gelabelten Fällen ergibt das Modell.</translation>
    </message>
    <message>
        <source>Files of {count} cases are</source>
        <translation>Dateien von {count} Fällen sind</translation>
    </message>
    <message>
        <source>Find out which one is right, and take the other out of the project.</source>
        <translation>Finden Sie heraus, welches stimmt, und nehmen Sie das andere aus dem Projekt.</translation>
    </message>
    <message>
        <source>Folders of another program lack structures that others have: {told}. Training leaves these results out.</source>
        <translation>In Ordnern eines anderen Programms fehlen Strukturen, die andere haben: {told}. Das Training lässt diese Ergebnisse weg.</translation>
    </message>
    <message>
        <source>Give it its label again, or choose the held-out cases again, with this as the reason.</source>
        <translation>Geben Sie ihm sein Label zurück, oder wählen Sie die Testfälle neu, mit diesem Grund.</translation>
    </message>
    <message>
        <source>Grey values come in several scales: {count} images are far from the usual one.</source>
        <translation>Grauwerte kommen in mehreren Skalen vor: {count} Bilder sind weit von der üblichen.</translation>
    </message>
    <message>
        <source>Grey values lie from {low} to {high}; usual are {low2} to {value}.</source>
        <translation>Grauwerte reichen von {low} bis {high}; üblich sind {low2} bis {value}.</translation>
    </message>
    <message>
        <source>Held-out cases need a label that a person made or corrected.</source>
        <translation>Testfälle brauchen ein Label, das ein Mensch erstellt oder korrigiert hat.</translation>
    </message>
    <message>
        <source>Here '{small}' is larger than '{large}', and in the other labels much smaller: they may be swapped.</source>
        <translation>Hier ist '{small}' größer als '{large}', in den anderen Labels aber viel kleiner: Beide können vertauscht sein.</translation>
    </message>
    <message>
        <source>Hold out fewer cases.</source>
        <translation>Nehmen Sie weniger Testfälle.</translation>
    </message>
    <message>
        <source>If it is, save the labels in RGB colours, without a palette, and say which class each colour is; if not, nothing has to be done.</source>
        <translation>Wenn ja, speichern Sie die Labels in RGB-Farben, ohne Palette, und sagen Sie, welche Klasse jede Farbe ist; sonst ist nichts zu tun.</translation>
    </message>
    <message>
        <source>If one got the label of another, give it its own; if they are of one patient, say so, or one may be held out while another trains.</source>
        <translation>Wenn eines das Label eines anderen bekam, geben Sie ihm sein eigenes; wenn sie zu einem Patienten gehören, sagen Sie es, sonst kann eines ein Testfall sein, während ein anderes trainiert.</translation>
    </message>
    <message>
        <source>If only the drawn ones are finished, mark them: the others then count as unlabelled.</source>
        <translation>Sind nur die gezeichneten fertig, markieren Sie diese: Die anderen zählen dann als ungelabelt.</translation>
    </message>
    <message>
        <source>If so, say which are of the same patient; otherwise nothing has to be done.</source>
        <translation>Wenn ja, sagen Sie, welche vom selben Patienten sind; sonst ist nichts zu tun.</translation>
    </message>
    <message>
        <source>If that is right, choose the same held-out cases again with this reason: older scores do not compare.</source>
        <translation>Wenn das stimmt, wählen Sie dieselben Testfälle neu mit diesem Grund: Ältere Werte sind nicht vergleichbar.</translation>
    </message>
    <message>
        <source>If that is wrong, change their order in Slicer, or leave one of them out.</source>
        <translation>Wenn das falsch ist, ändern Sie ihre Reihenfolge in Slicer, oder lassen Sie eines davon aus.</translation>
    </message>
    <message>
        <source>Image {number} of those to add does not exist.</source>
        <translation>Bild {number} der hinzuzufügenden gibt es nicht.</translation>
    </message>
    <message>
        <source>Images are of several modalities: {modalities}.</source>
        <translation>Die Bilder haben mehrere Modalitäten: {modalities}.</translation>
    </message>
    <message>
        <source>It also learns from a result of {name} for 1 case, if it is better than the model.</source>
        <translation>Es lernt auch von einem Ergebnis von {name} für 1 Fall, wenn es besser ist als das Modell.</translation>
    </message>
    <message>
        <source>It also learns from results of {name} for {count} cases, as long as they are better than the model.</source>
        <translation>Es lernt auch von Ergebnissen von {name} für {count} Fälle, solange sie besser sind als das Modell.</translation>
    </message>
    <message>
        <source>Keep images of one kind in the project.</source>
        <translation>Behalten Sie Bilder einer Art im Projekt.</translation>
    </message>
    <message>
        <source>Keep it only if that is right.</source>
        <translation>Behalten Sie es nur, wenn das stimmt.</translation>
    </message>
    <message>
        <source>Keep one of them in the project, or check that all show the same in the same way.</source>
        <translation>Behalten Sie eine davon im Projekt, oder prüfen Sie, ob alle dasselbe auf dieselbe Weise zeigen.</translation>
    </message>
    <message>
        <source>Keep one of them.</source>
        <translation>Behalten Sie eines davon.</translation>
    </message>
    <message>
        <source>Keep them; or change them on purpose, with a reason.</source>
        <translation>Behalten Sie sie; oder ändern Sie sie bewusst, mit einem Grund.</translation>
    </message>
    <message>
        <source>Label at least two cases of different patients, better eight.</source>
        <translation>Labeln Sie mindestens zwei Fälle verschiedener Patienten, besser acht.</translation>
    </message>
    <message>
        <source>Label at least two patients, better eight.</source>
        <translation>Labeln Sie mindestens zwei Patienten, besser acht.</translation>
    </message>
    <message>
        <source>Label at least {few_labelled}, better eight.</source>
        <translation>Labeln Sie mindestens {few_labelled}, besser acht.</translation>
    </message>
    <message>
        <source>Label held-out cases as a whole if you can: only that shows what is found too much.</source>
        <translation>Labeln Sie Testfälle möglichst ganz: Nur so zeigt sich, was zu viel gefunden wird.</translation>
    </message>
    <message>
        <source>Label it first.</source>
        <translation>Labeln Sie ihn zuerst.</translation>
    </message>
    <message>
        <source>Label it in more cases; {least} are a fair start.</source>
        <translation>Labeln Sie sie in mehr Fällen; {least} sind ein guter Anfang.</translation>
    </message>
    <message>
        <source>Label it in some cases, map a segment to it, or take it off the class list.</source>
        <translation>Labeln Sie sie in einigen Fällen, ordnen Sie ihr ein Segment zu, oder nehmen Sie sie aus der Klassenliste.</translation>
    </message>
    <message>
        <source>Label: {message}</source>
        <translation>Label: {message}</translation>
    </message>
    <message>
        <source>Let the new label take its place, or leave it.</source>
        <translation>Lassen Sie das neue Label seinen Platz einnehmen, oder lassen Sie es.</translation>
    </message>
    <message>
        <source>Look at the label; if it is, invert it, so that the background is 0.</source>
        <translation>Sehen Sie sich das Label an; wenn ja, kehren Sie es um, sodass der Hintergrund 0 ist.</translation>
    </message>
    <message>
        <source>Look at the label; if they are swapped, correct it.</source>
        <translation>Sehen Sie sich das Label an; sind sie vertauscht, korrigieren Sie es.</translation>
    </message>
    <message>
        <source>Look at the list again.</source>
        <translation>Sehen Sie die Liste noch einmal an.</translation>
    </message>
    <message>
        <source>Look at the list of cases again.</source>
        <translation>Sehen Sie die Liste der Fälle noch einmal an.</translation>
    </message>
    <message>
        <source>Look at the list of cases.</source>
        <translation>Sehen Sie die Liste der Fälle an.</translation>
    </message>
    <message>
        <source>Look at them in Slicer with their labels; if they do not fit, save the pictures upright in that program.</source>
        <translation>Sehen Sie sie in Slicer mit ihren Labels an; passen sie nicht, speichern Sie die Bilder in jenem Programm aufrecht.</translation>
    </message>
    <message>
        <source>Look at them; if they are, give each image its own. If not, nothing has to be done.</source>
        <translation>Sehen Sie sie an; wenn es so ist, geben Sie jedem Bild sein eigenes. Wenn nicht, ist nichts zu tun.</translation>
    </message>
    <message>
        <source>Make these changes again where they are missing, then move that file elsewhere.</source>
        <translation>Nehmen Sie diese Änderungen noch einmal vor, wo sie fehlen, und verschieben Sie jene Datei dann anderswohin.</translation>
    </message>
    <message>
        <source>Mark the slices that are finished.</source>
        <translation>Markieren Sie die fertigen Schichten.</translation>
    </message>
    <message>
        <source>Mark what is finished.</source>
        <translation>Markieren Sie, was fertig ist.</translation>
    </message>
    <message>
        <source>Name what is to be segmented.</source>
        <translation>Benennen Sie, was segmentiert werden soll.</translation>
    </message>
    <message>
        <source>No held-out cases are chosen yet.</source>
        <translation>Es sind noch keine Testfälle gewählt.</translation>
    </message>
    <message>
        <source>No labelled case for training holds the class '{name}'.</source>
        <translation>Kein gelabelter Trainingsfall enthält die Klasse „{name}“.</translation>
    </message>
    <message>
        <source>No labelled patient would be left for training.</source>
        <translation>Für das Training bliebe kein gelabelter Patient.</translation>
    </message>
    <message>
        <source>No slice of the label is finished, so nothing of it counts.</source>
        <translation>Keine Schicht des Labels ist fertig, also zählt nichts davon.</translation>
    </message>
    <message>
        <source>No unlabelled case is in the project.</source>
        <translation>Im Projekt ist kein ungelabelter Fall.</translation>
    </message>
    <message>
        <source>Nobody knows how good the results of {name} are, so they teach nothing.</source>
        <translation>Niemand weiß, wie gut die Ergebnisse von {name} sind; deshalb wird nicht von ihnen gelernt.</translation>
    </message>
    <message>
        <source>None of the held-out cases is where it was, so nothing could be scored.</source>
        <translation>Keiner der Testfälle ist, wo er war; nichts konnte gemessen werden.</translation>
    </message>
    <message>
        <source>Nothing has to be done; check that they look alike in brightness.</source>
        <translation>Es muss nichts getan werden; prüfen Sie, ob sie ähnlich hell aussehen.</translation>
    </message>
    <message>
        <source>Only {count} cases are labelled.</source>
        <translation>Nur {count} Fälle sind gelabelt.</translation>
    </message>
    <message>
        <source>Only {value} % of the label lie within its image.</source>
        <translation>Nur {value} % des Labels liegen innerhalb seines Bildes.</translation>
    </message>
    <message>
        <source>Open it, or choose another folder.</source>
        <translation>Öffnen Sie es, oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Others cover most of a segment of the label, which hardly counts: {hidden}.</source>
        <translation>Andere verdecken den größten Teil eines Segments des Labels, das kaum zählt: {hidden}.</translation>
    </message>
    <message>
        <source>Put a class that lies inside another one below it, as a tumour below its organ.</source>
        <translation>Setzen Sie eine Klasse, die in einer anderen liegt, unter diese, wie einen Tumor unter sein Organ.</translation>
    </message>
    <message>
        <source>Put project.json back from a backup, or make a new project.</source>
        <translation>Stellen Sie project.json aus einer Sicherung wieder her, oder legen Sie ein neues Projekt an.</translation>
    </message>
    <message>
        <source>Rename or remove them, or add them to the classes of the project.</source>
        <translation>Benennen Sie sie um, oder entfernen Sie sie, oder fügen Sie sie den Klassen des Projekts hinzu.</translation>
    </message>
    <message>
        <source>Result of another program: {message}</source>
        <translation>Ergebnis eines anderen Programms: {message}</translation>
    </message>
    <message>
        <source>Results of another program are not where they were. Training leaves them out.</source>
        <translation>Ergebnisse eines anderen Programms sind nicht mehr, wo sie waren. Das Training lässt sie weg.</translation>
    </message>
    <message>
        <source>Results of another program hold segments without a class: {told}. They are left out.</source>
        <translation>Ergebnisse eines anderen Programms enthalten Segmente ohne Klasse: {told}. Sie werden weggelassen.</translation>
    </message>
    <message>
        <source>Results of {name} teach nothing yet: to measure it, labelled cases of at least two patients need one, too.</source>
        <translation>Von Ergebnissen von {name} wird noch nichts gelernt: Um es zu messen, brauchen auch gelabelte Fälle von mindestens zwei Patienten eines.</translation>
    </message>
    <message>
        <source>Run the check, and do what it says.</source>
        <translation>Führen Sie die Prüfung aus, und tun Sie, was sie sagt.</translation>
    </message>
    <message>
        <source>Run the program on these images again, or use them without its results.</source>
        <translation>Lassen Sie das Programm auf diesen Bildern noch einmal laufen, oder verwenden Sie sie ohne seine Ergebnisse.</translation>
    </message>
    <message>
        <source>Save it in Slicer as one .seg.nrrd file.</source>
        <translation>Speichern Sie es in Slicer als eine einzige .seg.nrrd-Datei.</translation>
    </message>
    <message>
        <source>Save the images, and their labels, in mm.</source>
        <translation>Speichern Sie die Bilder und ihre Labels in mm.</translation>
    </message>
    <message>
        <source>Save the label as one file, such as .seg.nrrd or .nii.gz.</source>
        <translation>Speichern Sie das Label als eine Datei, etwa .seg.nrrd oder .nii.gz.</translation>
    </message>
    <message>
        <source>Say which class each is, or leave it out on purpose.</source>
        <translation>Sagen Sie, welche Klasse jedes ist, oder lassen Sie es bewusst weg.</translation>
    </message>
    <message>
        <source>Say which class each is, or leave it out.</source>
        <translation>Sagen Sie, welche Klasse jedes ist, oder lassen Sie es weg.</translation>
    </message>
    <message>
        <source>Scores need held-out cases, and fewer than two patients have a label of yours.</source>
        <translation>Werte brauchen Testfälle, und weniger als zwei Patienten haben ein Label von Ihnen.</translation>
    </message>
    <message>
        <source>Segments of another program's result overlap: there, the file's later one counts.</source>
        <translation>Segmente des Ergebnisses eines anderen Programms überlappen sich: Dort zählt das, das in der Datei weiter hinten steht.</translation>
    </message>
    <message>
        <source>Segments of that name belong to another class.</source>
        <translation>Segmente dieses Namens gehören zu einer anderen Klasse.</translation>
    </message>
    <message>
        <source>Segments of the label overlap in {overlap} voxel.</source>
        <translation>Segmente des Labels überlappen sich in {overlap} Voxel.</translation>
    </message>
    <message>
        <source>Segments of the label overlap in {overlap} voxels.</source>
        <translation>Segmente des Labels überlappen in {overlap} Voxeln.</translation>
    </message>
    <message>
        <source>Some pictures have 16 bits a value, others 8. All are read as 8 bits.</source>
        <translation>Einige Bilder haben 16 Bit je Wert, andere 8. Alle werden als 8 Bit gelesen.</translation>
    </message>
    <message>
        <source>Start a new training in its place.</source>
        <translation>Starten Sie stattdessen ein neues Training.</translation>
    </message>
    <message>
        <source>Structures of another program overlap: there, the class further down the list counts.</source>
        <translation>Strukturen eines anderen Programms überlappen sich: Dort zählt die Klasse, die weiter unten in der Liste steht.</translation>
    </message>
    <message>
        <source>Take that label away first, if it is to be replaced.</source>
        <translation>Entfernen Sie zuerst dieses Label, wenn es ersetzt werden soll.</translation>
    </message>
    <message>
        <source>Take the case out of the project</source>
        <translation>Den Fall aus dem Projekt nehmen</translation>
    </message>
    <message>
        <source>Take the copies out of the project</source>
        <translation>Die Kopien aus dem Projekt nehmen</translation>
    </message>
    <message>
        <source>Take the few of another kind out of the project</source>
        <translation>Die wenigen anderer Art aus dem Projekt nehmen</translation>
    </message>
    <message>
        <source>Take the label away first, if a program made it.</source>
        <translation>Nehmen Sie zuerst das Label weg, falls ein Programm es gemacht hat.</translation>
    </message>
    <message>
        <source>The case has a label already.</source>
        <translation>Der Fall hat bereits ein Label.</translation>
    </message>
    <message>
        <source>The case has no label.</source>
        <translation>Der Fall hat kein Label.</translation>
    </message>
    <message>
        <source>The case is held out: scores depend on it.</source>
        <translation>Der Fall ist Testfall: Werte hängen an ihm.</translation>
    </message>
    <message>
        <source>The change</source>
        <translation>Die Änderung</translation>
    </message>
    <message>
        <source>The class '{name}' is in only {told} for training.</source>
        <translation>Die Klasse „{name}“ ist im Training nur in {told}.</translation>
    </message>
    <message>
        <source>The classes need different names, and there may be {max_classes} of them.</source>
        <translation>Die Klassen brauchen verschiedene Namen, und es darf {max_classes} davon geben.</translation>
    </message>
    <message>
        <source>The files of a case are</source>
        <translation>Die Dateien eines Falls sind</translation>
    </message>
    <message>
        <source>The folder already holds a training project.</source>
        <translation>Der Ordner enthält bereits ein Trainingsprojekt.</translation>
    </message>
    <message>
        <source>The folder does not exist.</source>
        <translation>Den Ordner gibt es nicht.</translation>
    </message>
    <message>
        <source>The folder holds no training project that can be read.</source>
        <translation>Der Ordner enthält kein lesbares Trainingsprojekt.</translation>
    </message>
    <message>
        <source>The held-out cases are chosen already.</source>
        <translation>Die Testfälle sind bereits gewählt.</translation>
    </message>
    <message>
        <source>The held-out cases are not chosen yet.</source>
        <translation>Die Testfälle sind noch nicht gewählt.</translation>
    </message>
    <message>
        <source>The label file does not exist.</source>
        <translation>Die Labeldatei gibt es nicht.</translation>
    </message>
    <message>
        <source>The label has no named segments.</source>
        <translation>Das Label hat keine benannten Segmente.</translation>
    </message>
    <message>
        <source>The label holds segments without a class: {told}.</source>
        <translation>Das Label enthält Segmente ohne Klasse: {told}.</translation>
    </message>
    <message>
        <source>The label holds values or colours without a class: {told}.</source>
        <translation>Das Label enthält Werte oder Farben ohne Klasse: {told}.</translation>
    </message>
    <message>
        <source>The label is drawn on single slices with empty ones between, which count as empty.</source>
        <translation>Das Label ist auf einzelnen Schichten gezeichnet, mit leeren dazwischen, die als leer zählen.</translation>
    </message>
    <message>
        <source>The label is empty: it holds no voxel of any class.</source>
        <translation>Das Label ist leer: Es enthält kein Voxel irgendeiner Klasse.</translation>
    </message>
    <message>
        <source>The label lies on another grid than its image, but in the same place.</source>
        <translation>Das Label liegt auf einem anderen Raster als sein Bild, aber an derselben Stelle.</translation>
    </message>
    <message>
        <source>The label lies outside its image.</source>
        <translation>Das Label liegt außerhalb seines Bildes.</translation>
    </message>
    <message>
        <source>The label of a held-out case is not the one that was locked.</source>
        <translation>Das Label eines Testfalls ist nicht das, das gesperrt wurde.</translation>
    </message>
    <message>
        <source>The label was made by a model, but counts as a person's.</source>
        <translation>Das Label hat ein Modell erstellt, zählt aber als von einem Menschen.</translation>
    </message>
    <message>
        <source>The label's header and its voxels lie in two files.</source>
        <translation>Kopf und Voxel des Labels liegen in zwei Dateien.</translation>
    </message>
    <message>
        <source>The labels hold segments without a class: {names}.</source>
        <translation>Die Labels enthalten Segmente ohne Klasse: {names}.</translation>
    </message>
    <message>
        <source>The model's classes are not those of the project.</source>
        <translation>Die Klassen des Modells sind nicht die des Projekts.</translation>
    </message>
    <message>
        <source>The number of cases to review must be at least 1.</source>
        <translation>Die Zahl der durchzusehenden Fälle muss mindestens 1 sein.</translation>
    </message>
    <message>
        <source>The palette of a label picture shows a value in another colour than the others do: it may be another class there.</source>
        <translation>Die Palette eines Labelbildes zeigt einen Wert in einer anderen Farbe als die der anderen: Er kann dort eine andere Klasse sein.</translation>
    </message>
    <message>
        <source>The pattern for patients is no regular expression.</source>
        <translation>Das Muster für Patienten ist kein regulärer Ausdruck.</translation>
    </message>
    <message>
        <source>The project has no classes yet.</source>
        <translation>Das Projekt hat noch keine Klassen.</translation>
    </message>
    <message>
        <source>The project has no model yet.</source>
        <translation>Das Projekt hat noch kein Modell.</translation>
    </message>
    <message>
        <source>The project has no such case (any more).</source>
        <translation>Diesen Fall hat das Projekt nicht (mehr).</translation>
    </message>
    <message>
        <source>The project has no such class.</source>
        <translation>Diese Klasse hat das Projekt nicht (mehr).</translation>
    </message>
    <message>
        <source>The project has this image already, with a label.</source>
        <translation>Das Projekt hat dieses Bild bereits, mit einem Label.</translation>
    </message>
    <message>
        <source>The project is being changed by another program.</source>
        <translation>Das Projekt wird gerade von einem anderen Programm geändert.</translation>
    </message>
    <message>
        <source>The project was changed by another program in this moment.</source>
        <translation>Das Projekt wurde in diesem Moment von einem anderen Programm geändert.</translation>
    </message>
    <message>
        <source>The project was made by another version of SemiGDA.</source>
        <translation>Das Projekt wurde mit einer anderen Version von SemiGDA erstellt.</translation>
    </message>
    <message>
        <source>The project's file</source>
        <translation>Die Projektdatei</translation>
    </message>
    <message>
        <source>The project's folder cannot be found.</source>
        <translation>Der Ordner des Projekts ist nicht zu finden.</translation>
    </message>
    <message>
        <source>The training would write outside its project.</source>
        <translation>Das Training würde außerhalb seines Projekts schreiben.</translation>
    </message>
    <message>
        <source>The voxel size is {told} mm, far from the usual {usual} mm.</source>
        <translation>Die Voxelgröße ist {told} mm, weit von den üblichen {usual} mm.</translation>
    </message>
    <message>
        <source>The voxels of the label lie in another file, which is missing or in another folder.</source>
        <translation>Die Voxel des Labels liegen in einer anderen Datei, die fehlt oder in einem anderen Ordner ist.</translation>
    </message>
    <message>
        <source>There are no images.</source>
        <translation>Es gibt keine Bilder.</translation>
    </message>
    <message>
        <source>There are no label files.</source>
        <translation>Es gibt keine Labeldateien.</translation>
    </message>
    <message>
        <source>There are {count} folds, counted from 0.</source>
        <translation>Es gibt {count} Folds, von 0 an gezählt.</translation>
    </message>
    <message>
        <source>There is no repair to undo.</source>
        <translation>Es gibt keine Korrektur rückgängig zu machen.</translation>
    </message>
    <message>
        <source>There is no unlabelled case to rank.</source>
        <translation>Es gibt keinen ungelabelten Fall zu ordnen.</translation>
    </message>
    <message>
        <source>These segments are no classes of the project: {unknown}.</source>
        <translation>Diese Segmente sind keine Klassen des Projekts: {unknown}.</translation>
    </message>
    <message>
        <source>This cannot be repaired automatically.</source>
        <translation>Das lässt sich nicht automatisch beheben.</translation>
    </message>
    <message>
        <source>This label was made in a region, and says nothing of the image outside.</source>
        <translation>Dieses Label entstand in einer Region und sagt nichts über das Bild außerhalb.</translation>
    </message>
    <message>
        <source>Train a model with the present classes, or choose another one.</source>
        <translation>Trainieren Sie ein Modell mit den jetzigen Klassen, oder wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Train one first, or choose a model.</source>
        <translation>Trainieren Sie zuerst eines, oder wählen Sie ein Modell.</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>Versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Two images are the same with left and right swapped.</source>
        <translation>Zwei Bilder sind gleich, mit links und rechts vertauscht.</translation>
    </message>
    <message>
        <source>Update SemiGDA and open the project again.</source>
        <translation>Aktualisieren Sie SemiGDA, und öffnen Sie das Projekt noch einmal.</translation>
    </message>
    <message>
        <source>Use the case without this result</source>
        <translation>Den Fall ohne dieses Ergebnis verwenden</translation>
    </message>
    <message>
        <source>Use the image without its label</source>
        <translation>Das Bild ohne sein Label verwenden</translation>
    </message>
    <message>
        <source>Use these cases without the result</source>
        <translation>Diese Fälle ohne das Ergebnis verwenden</translation>
    </message>
    <message>
        <source>Volumes and pictures, or colour and grey images, cannot be learned together.</source>
        <translation>Volumen und Einzelbilder oder Farb- und Graubilder können nicht zusammen gelernt werden.</translation>
    </message>
    <message>
        <source>Voxel sizes differ widely: {count} images are far from the usual {usual} mm.</source>
        <translation>Voxelgrößen unterscheiden sich stark: {count} Bilder sind weit von den üblichen {usual} mm.</translation>
    </message>
    <message>
        <source>What is drawn on one slice does not count: it is not marked as finished.</source>
        <translation>Was auf einer Schicht gezeichnet ist, zählt nicht: Sie ist nicht als fertig markiert.</translation>
    </message>
    <message>
        <source>What is drawn on {count} slices does not count: they are not marked as finished.</source>
        <translation>Was auf {count} Schichten gezeichnet ist, zählt nicht: Sie sind nicht als fertig markiert.</translation>
    </message>
    <message>
        <source>Write one.</source>
        <translation>Schreiben Sie eine.</translation>
    </message>
    <message>
        <source>{cases} cases are</source>
        <translation>{cases} Fälle sind</translation>
    </message>
    <message>
        <source>{count} held-out cases are labelled on some slices only, and scored on these.</source>
        <translation>{count} Testfälle sind nur auf einigen Schichten gelabelt und werden auf diesen bewertet.</translation>
    </message>
    <message>
        <source>{count} images have the same label, voxel by voxel.</source>
        <translation>{count} Bilder haben dasselbe Label, Voxel für Voxel.</translation>
    </message>
    <message>
        <source>{count} labelled case is held out: it scores trainings that have not seen it.</source>
        <translation>{count} gelabelter Fall ist Testfall: An ihm werden Trainings gemessen, die ihn nicht gesehen haben.</translation>
    </message>
    <message>
        <source>{count} labelled cases are held out: they score trainings that have not seen them.</source>
        <translation>{count} gelabelte Fälle sind Testfälle: An ihnen werden Trainings gemessen, die sie nicht gesehen haben.</translation>
    </message>
    <message>
        <source>{count} other versions of project.json in the project's folder hold changes that the project lacks: several computers changed it at once.</source>
        <translation>{count} andere Fassungen von project.json im Ordner des Projekts enthalten Änderungen, die dem Projekt fehlen: Mehrere Rechner haben es gleichzeitig geändert.</translation>
    </message>
    <message>
        <source>{files} not where they were. Training and scores leave out what is missing.</source>
        <translation>{files} nicht, wo sie waren. Training und Werte lassen weg, was fehlt.</translation>
    </message>
    <message>
        <source>{kind} job made</source>
        <translation>Erstellter Auftrag: {kind}</translation>
    </message>
    <message>
        <source>{slices} of {of} slices</source>
        <translation>{slices} von {of} Schichten</translation>
    </message>
    <message>
        <source>{told} left out: the files are not there.</source>
        <translation>{told} weggelassen: Die Dateien sind nicht da.</translation>
    </message>
    <message>
        <source>{value} case is labelled.</source>
        <translation>{value} Fall ist gelabelt.</translation>
    </message>
    <message>
        <source>{value} cases are labelled.</source>
        <translation>{value} Fälle sind gelabelt.</translation>
    </message>
    <message>
        <source>{what} is too large.</source>
        <translation>{what}: größer als möglich.</translation>
    </message>
</context>
<context>
    <name>translation.report_sentences</name>
    <message>
        <source>1 case is labelled in part, and scored there only.</source>
        <translation>1 Fall ist zum Teil gelabelt und wird nur dort bewertet.</translation>
    </message>
    <message>
        <source>1 held-out case was not scored: the files were not there.</source>
        <translation>1 Testfall wurde nicht bewertet: Die Dateien waren nicht da.</translation>
    </message>
    <message>
        <source>1 label was accepted from a model</source>
        <translation>1 Label von einem Modell übernommen</translation>
    </message>
    <message>
        <source>1 label was corrected by hand</source>
        <translation>1 Label von Hand korrigiert</translation>
    </message>
    <message>
        <source>1 labelled case is labelled on some slices only. The other slices of it are unlabelled data.</source>
        <translation>1 gelabelter Fall ist nur auf einigen Schichten gelabelt. Seine übrigen Schichten sind ungelabelte Daten.</translation>
    </message>
    <message>
        <source>95 % interval</source>
        <translation>95-%-Intervall</translation>
    </message>
    <message>
        <source>A dash: the expert drew nothing of the class in that case, so there is nothing to compare.</source>
        <translation>Ein Strich: Von der Klasse hat der Experte in diesem Fall nichts gezeichnet, also gibt es nichts zu vergleichen.</translation>
    </message>
    <message>
        <source>A result of {name} for 1 case taught nothing.</source>
        <translation>Von einem Ergebnis von {name} für 1 Fall wurde nicht gelernt.</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Attribution</source>
        <translation>Namensnennung</translation>
    </message>
    <message>
        <source>Autoencoder: image, rebuilt, mask, rebuilt</source>
        <translation>Autoencoder: Bild, rekonstruiert, Maske, rekonstruiert</translation>
    </message>
    <message>
        <source>Autoencoder: losses</source>
        <translation>Autoencoder: Verluste</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>Beside a plain U-Net</source>
        <translation>Neben einem einfachen U-Net</translation>
    </message>
    <message>
        <source>Cancelled before its end.</source>
        <translation>Vor dem Ende abgebrochen.</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>Fall</translation>
    </message>
    <message>
        <source>Case by case</source>
        <translation>Fall für Fall</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>Fälle</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>Datum</translation>
    </message>
    <message>
        <source>Dice by step</source>
        <translation>Dice nach Schritten</translation>
    </message>
    <message>
        <source>Dice is twice the shared volume of two outlines divided by the sum of both: 1 is the same, 0 is nothing in common.</source>
        <translation>Dice ist das doppelte gemeinsame Volumen zweier Umrisse, geteilt durch die Summe beider: 1 heißt gleich, 0 heißt nichts gemeinsam.</translation>
    </message>
    <message>
        <source>Dice of 1 held-out case</source>
        <translation>Dice von 1 Testfall</translation>
    </message>
    <message>
        <source>Dice of {count} held-out cases</source>
        <translation>Dice von {count} Testfällen</translation>
    </message>
    <message>
        <source>Dice on the held-out cases</source>
        <translation>Dice der Testfälle</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Differenz</translation>
    </message>
    <message>
        <source>Each case was scored by a model that was trained without it. The final model learned from all of them and was itself scored on none.</source>
        <translation>Jeder Fall wurde von einem Modell bewertet, das ohne ihn trainiert wurde. Das endgültige Modell lernte aus allen und wurde selbst an keinem gemessen.</translation>
    </message>
    <message>
        <source>Engine of the model</source>
        <translation>Programmversion des Modells</translation>
    </message>
    <message>
        <source>Engine of the training</source>
        <translation>Programmversion des Trainings</translation>
    </message>
    <message>
        <source>Engine of this report</source>
        <translation>Programmversion dieses Berichts</translation>
    </message>
    <message>
        <source>Finished.</source>
        <translation>Beendet.</translation>
    </message>
    <message>
        <source>Held-out cases: image, drawn by the expert, drawn by the model</source>
        <translation>Testfälle: Bild, vom Experten gezeichnet, vom Modell gezeichnet</translation>
    </message>
    <message>
        <source>How the scores were made</source>
        <translation>Wie die Werte entstanden</translation>
    </message>
    <message>
        <source>In the project today, {labels} and {others}.</source>
        <translation>Heute im Projekt: {labels}, {others}.</translation>
    </message>
    <message>
        <source>In the project today, {labels}.</source>
        <translation>Heute im Projekt: {labels}.</translation>
    </message>
    <message>
        <source>It failed: {message} {action}</source>
        <translation>Es schlug fehl: {message} {action}</translation>
    </message>
    <message>
        <source>It is only there to be compared with.</source>
        <translation>Es dient nur dem Vergleich.</translation>
    </message>
    <message>
        <source>It was scored on the same cases in the same way.</source>
        <translation>Es wurde an denselben Fällen auf dieselbe Weise bewertet.</translation>
    </message>
    <message>
        <source>Licence and versions</source>
        <translation>Lizenz und Versionen</translation>
    </message>
    <message>
        <source>Licence of the model</source>
        <translation>Lizenz des Modells</translation>
    </message>
    <message>
        <source>Not begun.</source>
        <translation>Nicht begonnen.</translation>
    </message>
    <message>
        <source>Not found at the first look: {classes}. {causes}</source>
        <translation>Beim ersten Blick nicht gefunden: {classes}. {causes}</translation>
    </message>
    <message>
        <source>Not learned by step {step}: {classes}. {causes}</source>
        <translation>Bis Schritt {step} nicht gelernt: {classes}. {causes}</translation>
    </message>
    <message>
        <source>Nothing about the model was chosen on these cases.</source>
        <translation>Nichts am Modell wurde anhand dieser Fälle gewählt.</translation>
    </message>
    <message>
        <source>Nothing here is a medical device or a proof of clinical use.</source>
        <translation>Nichts hiervon ist ein Medizinprodukt oder ein Nachweis klinischen Nutzens.</translation>
    </message>
    <message>
        <source>Over the steps</source>
        <translation>Über die Schritte</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Plain U-Net</source>
        <translation>Einfaches U-Net</translation>
    </message>
    <message>
        <source>Results of {name} for {count} cases taught nothing.</source>
        <translation>Von Ergebnissen von {name} für {count} Fälle wurde nicht gelernt.</translation>
    </message>
    <message>
        <source>SemiGDA training report</source>
        <translation>SemiGDA-Trainingsbericht</translation>
    </message>
    <message>
        <source>Setting</source>
        <translation>Einstellung</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Stage 1, aligning latents: losses</source>
        <translation>Stufe 1, Angleichen der latenten Räume: Verluste</translation>
    </message>
    <message>
        <source>Stage 2, learning to segment: losses</source>
        <translation>Stufe 2, Segmentieren lernen: Verluste</translation>
    </message>
    <message>
        <source>Started from</source>
        <translation>Begonnen mit</translation>
    </message>
    <message>
        <source>The U-Net (2 million parameters) learned from the labelled cases alone, with the same augmentation, as many steps and as many slices a step.</source>
        <translation>Das U-Net (2 Millionen Parameter) lernte allein aus den gelabelten Fällen, mit derselben Augmentierung, ebenso vielen Schritten und ebenso vielen Schichten je Schritt.</translation>
    </message>
    <message>
        <source>The curves are measured on some held-out cases at the network's own resolution, to follow the training. They are not the final score.</source>
        <translation>Die Kurven werden an einigen Testfällen in der Auflösung des Netzes gemessen, um das Training zu verfolgen. Sie sind nicht die endgültige Bewertung.</translation>
    </message>
    <message>
        <source>The scores are measured on cases that no training saw, on each image's own voxels. The intervals come from drawing the held-out patients anew, with repeats (bootstrap), and are wider where there are few: they say how much the choice of these patients matters, and nothing about cases of another kind, scanner or hospital.</source>
        <translation>Die Werte sind an Fällen gemessen, die kein Training sah, auf den eigenen Voxeln jedes Bildes. Die Intervalle entstehen, indem die Testpatienten mit Wiederholung neu gezogen werden (Bootstrap), und sind bei wenigen weiter: Sie sagen, wie viel die Auswahl dieser Patienten ausmacht, und nichts über Fälle anderer Art, anderer Geräte oder anderer Kliniken.</translation>
    </message>
    <message>
        <source>The table says on how many slices. What a model draws on the other slices is not judged.</source>
        <translation>Die Tabelle sagt, auf wie vielen Schichten. Was ein Modell auf den übrigen zeichnet, wird nicht bewertet.</translation>
    </message>
    <message>
        <source>There was one for each training that was scored.</source>
        <translation>Es gab eines für jedes Training, das gemessen wurde.</translation>
    </message>
    <message>
        <source>These results scored nothing.</source>
        <translation>Diese Ergebnisse haben nichts bewertet.</translation>
    </message>
    <message>
        <source>This model</source>
        <translation>Dieses Modell</translation>
    </message>
    <message>
        <source>Trained also with a result of {name} for 1 case.</source>
        <translation>Auch mit einem Ergebnis von {name} für 1 Fall trainiert.</translation>
    </message>
    <message>
        <source>Trained also with results of {name} for {count} cases.</source>
        <translation>Auch mit Ergebnissen von {name} für {count} Fälle trainiert.</translation>
    </message>
    <message>
        <source>Training report: {names}</source>
        <translation>Trainingsbericht: {names}</translation>
    </message>
    <message>
        <source>Unlabelled cases: image, drawn by each branch</source>
        <translation>Ungelabelte Fälle: Bild, von jedem Zweig gezeichnet</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Warnungen</translation>
    </message>
    <message>
        <source>Weights (SHA-256)</source>
        <translation>Gewichte (SHA-256)</translation>
    </message>
    <message>
        <source>What is missing here</source>
        <translation>Was hier fehlt</translation>
    </message>
    <message>
        <source>What the model is not for</source>
        <translation>Wofür das Modell nicht gedacht ist</translation>
    </message>
    <message>
        <source>Where people labelled too, the Dice of {name} is {dice}; {share} % of what these images taught came from it.</source>
        <translation>Wo auch Menschen segmentiert haben, hat {name} einen Dice von {dice}; {share} % dessen, was von diesen Bildern gelernt wurde, kam von dort.</translation>
    </message>
    <message>
        <source>With so few held-out cases, small differences mean little.</source>
        <translation>Bei so wenigen Testfällen bedeuten kleine Unterschiede wenig.</translation>
    </message>
    <message>
        <source>case {number}</source>
        <translation>Fall {number}</translation>
    </message>
    <message>
        <source>difference</source>
        <translation>Unterschied</translation>
    </message>
    <message>
        <source>en</source>
        <translation>de</translation>
    </message>
    <message>
        <source>first look</source>
        <translation>erster Blick</translation>
    </message>
    <message>
        <source>held out cases</source>
        <translation>Testfälle</translation>
    </message>
    <message>
        <source>labelled cases</source>
        <translation>gelabelte Fälle</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>mean Dice, model before</source>
        <translation>mittlerer Dice, Modell davor</translation>
    </message>
    <message>
        <source>mean Dice, this training</source>
        <translation>mittlerer Dice, dieses Training</translation>
    </message>
    <message>
        <source>step {number}</source>
        <translation>Schritt {number}</translation>
    </message>
    <message>
        <source>training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>unlabelled cases</source>
        <translation>ungelabelte Fälle</translation>
    </message>
    <message>
        <source>{count} cases are labelled in part, and scored there only.</source>
        <translation>{count} Fälle sind zum Teil gelabelt und werden nur dort bewertet.</translation>
    </message>
    <message>
        <source>{count} held-out cases were not scored: the files were not there.</source>
        <translation>{count} Testfälle wurden nicht bewertet: Die Dateien waren nicht da.</translation>
    </message>
    <message>
        <source>{count} labelled cases are labelled on some slices only. The other slices of them are unlabelled data.</source>
        <translation>{count} gelabelte Fälle sind nur auf einigen Schichten gelabelt. Ihre übrigen Schichten sind ungelabelte Daten.</translation>
    </message>
    <message>
        <source>{count} labels were accepted from a model</source>
        <translation>{count} Labels von einem Modell übernommen</translation>
    </message>
    <message>
        <source>{count} labels were corrected by hand</source>
        <translation>{count} Labels von Hand korrigiert</translation>
    </message>
    <message>
        <source>{low} to {high}</source>
        <translation>{low} bis {high}</translation>
    </message>
    <message>
        <source>{name}, after</source>
        <translation>{name}, nachher</translation>
    </message>
    <message>
        <source>{name}, before</source>
        <translation>{name}, vorher</translation>
    </message>
    <message>
        <source>{share} % done, paused: this report shows the part.</source>
        <translation>{share} % fertig, pausiert: Dieser Bericht zeigt den Teil.</translation>
    </message>
    <message>
        <source>{share} % done, running: this report shows the part.</source>
        <translation>{share} % fertig, läuft: Dieser Bericht zeigt den Teil.</translation>
    </message>
    <message>
        <source>{share} % done, stopped: this report shows the part.</source>
        <translation>{share} % fertig, angehalten: Dieser Bericht zeigt den Teil.</translation>
    </message>
</context>
<context>
    <name>translation.training_sentences</name>
    <message>
        <source>95 % bootstrap over patients</source>
        <translation>95-%-Bootstrap über Patienten</translation>
    </message>
    <message>
        <source>A plain U-Net of the same budget is better than the model: {told}.</source>
        <translation>Ein einfaches U-Net mit gleichem Budget ist besser als das Modell: {told}.</translation>
    </message>
    <message>
        <source>A training that is not finished starts from this version, or is to be compared with it.</source>
        <translation>Ein Training, das nicht beendet ist, geht von dieser Version aus oder soll mit ihr verglichen werden.</translation>
    </message>
    <message>
        <source>A version needs a title.</source>
        <translation>Eine Version braucht einen Titel.</translation>
    </message>
    <message>
        <source>About 10 minutes: do labels and images match, and is every class found?</source>
        <translation>Etwa 10 Minuten: Passen Labels und Bilder zusammen, und wird jede Klasse gefunden?</translation>
    </message>
    <message>
        <source>Another training of this project is not finished.</source>
        <translation>Ein anderes Training dieses Projekts ist nicht beendet.</translation>
    </message>
    <message>
        <source>Another window is starting a training of this project.</source>
        <translation>Ein anderes Fenster startet gerade ein Training dieses Projekts.</translation>
    </message>
    <message>
        <source>Autoencoder of {value}</source>
        <translation>Autoencoder von {value}</translation>
    </message>
    <message>
        <source>Change the setting, or take it back.</source>
        <translation>Ändern Sie die Einstellung, oder nehmen Sie sie zurück.</translation>
    </message>
    <message>
        <source>Change them, or leave them empty.</source>
        <translation>Ändern Sie sie, oder lassen Sie sie leer.</translation>
    </message>
    <message>
        <source>Check that the drives respond, then try again.</source>
        <translation>Prüfen Sie, ob die Laufwerke antworten, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Choose a base, or the preset standard.</source>
        <translation>Wählen Sie eine Basis oder die Voreinstellung „standard“.</translation>
    </message>
    <message>
        <source>Choose another base.</source>
        <translation>Wählen Sie eine andere Basis.</translation>
    </message>
    <message>
        <source>Choose another name for the export.</source>
        <translation>Wählen Sie einen anderen Namen für den Export.</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>Choose another version.</source>
        <translation>Wählen Sie eine andere Version.</translation>
    </message>
    <message>
        <source>Choose another.</source>
        <translation>Wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Choose one of them.</source>
        <translation>Wählen Sie eine davon.</translation>
    </message>
    <message>
        <source>Choose one of: {names}.</source>
        <translation>Wählen Sie aus: {names}.</translation>
    </message>
    <message>
        <source>Choose the version to use from the list.</source>
        <translation>Wählen Sie die gewünschte Version aus der Liste.</translation>
    </message>
    <message>
        <source>Compare versions that were trained since the held-out cases were chosen.</source>
        <translation>Vergleichen Sie Versionen, die trainiert wurden, seit die Testfälle gewählt sind.</translation>
    </message>
    <message>
        <source>Connect their disk, or say where their files are now (relocate).</source>
        <translation>Schließen Sie ihre Festplatte an, oder sagen Sie, wo ihre Dateien jetzt sind („Suchen“).</translation>
    </message>
    <message>
        <source>Even the shortest training takes {value} on this computer.</source>
        <translation>Selbst das kürzeste Training dauert auf diesem Computer {value}.</translation>
    </message>
    <message>
        <source>From scratch</source>
        <translation>Von null</translation>
    </message>
    <message>
        <source>General image features</source>
        <translation>Allgemeine Bildmerkmale</translation>
    </message>
    <message>
        <source>Go on in that copy, or export its version and remove the model from the library first.</source>
        <translation>Machen Sie in jener Kopie weiter, oder exportieren Sie ihre Version und entfernen Sie das Modell zuerst aus der Bibliothek.</translation>
    </message>
    <message>
        <source>Held-out cases are not where they were, so it could not learn from them.</source>
        <translation>Testfälle sind nicht, wo sie waren; aus ihnen könnte nichts gelernt werden.</translation>
    </message>
    <message>
        <source>How this version was trained is not known any more.</source>
        <translation>Wie diese Version trainiert wurde, ist nicht mehr bekannt.</translation>
    </message>
    <message>
        <source>It has learned from all labelled cases already.</source>
        <translation>Sie hat schon aus allen gelabelten Fällen gelernt.</translation>
    </message>
    <message>
        <source>It has learned from cases that are held out now, so scores would be too good.</source>
        <translation>Es hat aus Fällen gelernt, die jetzt Testfälle sind; die Werte wären zu gut.</translation>
    </message>
    <message>
        <source>It is for {modality} images.</source>
        <translation>Es ist für {modality}-Bilder.</translation>
    </message>
    <message>
        <source>It is not better on the held-out cases.</source>
        <translation>Sie ist auf den Testfällen nicht besser.</translation>
    </message>
    <message>
        <source>Its classes are others: {names}.</source>
        <translation>Seine Klassen sind andere: {names}.</translation>
    </message>
    <message>
        <source>Larger slices would leave too few steps in this time.</source>
        <translation>Größere Schichten ließen in dieser Zeit zu wenige Schritte.</translation>
    </message>
    <message>
        <source>No held-out case could be scored by both the model and a plain U-Net.</source>
        <translation>Kein Testfall konnte am Modell und an einem einfachen U-Net gemessen werden.</translation>
    </message>
    <message>
        <source>No held-out case could be scored, so nothing is known of the model.</source>
        <translation>Kein Testfall konnte gemessen werden; über das Modell ist nichts bekannt.</translation>
    </message>
    <message>
        <source>No image of the project was checked yet.</source>
        <translation>Noch wurde kein Bild des Projekts geprüft.</translation>
    </message>
    <message>
        <source>No other version was used before.</source>
        <translation>Zuvor wurde keine andere Version verwendet.</translation>
    </message>
    <message>
        <source>No training of the project is running.</source>
        <translation>Kein Training des Projekts läuft.</translation>
    </message>
    <message>
        <source>One of the two branches is trained: in this time it learns more than both.</source>
        <translation>Einer der beiden Zweige wird trainiert: In dieser Zeit lernt er mehr als beide.</translation>
    </message>
    <message>
        <source>Resume the training: it continues from its last checkpoint.</source>
        <translation>Setzen Sie das Training fort: Es macht am letzten Sicherungspunkt weiter.</translation>
    </message>
    <message>
        <source>Run the check.</source>
        <translation>Führen Sie die Prüfung aus.</translation>
    </message>
    <message>
        <source>Segments {names}.</source>
        <translation>Segmente {names}.</translation>
    </message>
    <message>
        <source>Slices of {rows} x {columns} pixels, {count} steps of {batch} slice.</source>
        <translation>Schichten von {rows} x {columns} Pixeln, {count} Schritte von {batch} Schicht.</translation>
    </message>
    <message>
        <source>Slices of {rows} x {columns} pixels, {count} steps of {batch} slices.</source>
        <translation>Schichten von {rows} x {columns} Pixeln, {count} Schritte von {batch} Schichten.</translation>
    </message>
    <message>
        <source>Start one.</source>
        <translation>Starten Sie eines.</translation>
    </message>
    <message>
        <source>That is little: more time makes a better model.</source>
        <translation>Das ist wenig: Mehr Zeit ergibt ein besseres Modell.</translation>
    </message>
    <message>
        <source>The base does not exist.</source>
        <translation>Die Basis gibt es nicht.</translation>
    </message>
    <message>
        <source>The branch widths are {count} numbers, each a multiple of {groups}.</source>
        <translation>Die Zweigbreiten sind {count} Zahlen, jede ein Vielfaches von {groups}.</translation>
    </message>
    <message>
        <source>The disk has {value} free, and the training needs {value2}.</source>
        <translation>Auf der Festplatte sind {value} frei, und das Training braucht {value2}.</translation>
    </message>
    <message>
        <source>The file exists already.</source>
        <translation>Die Datei gibt es schon.</translation>
    </message>
    <message>
        <source>The full-size network needs a trained autoencoder to start from.</source>
        <translation>Das Netz in voller Größe braucht einen trainierten Autoencoder als Beginn.</translation>
    </message>
    <message>
        <source>The full-size network of the paper, on a graphics card: many hours.</source>
        <translation>Das Netz der Publikation in voller Größe, auf einer Grafikkarte: viele Stunden.</translation>
    </message>
    <message>
        <source>The held-out cases have changed since it was scored.</source>
        <translation>Die Testfälle haben sich geändert, seit sie gemessen wurde.</translation>
    </message>
    <message>
        <source>The library holds a model of a copy of this project, which Segment uses now.</source>
        <translation>Die Bibliothek enthält ein Modell aus einer Kopie dieses Projekts, das Segment jetzt verwendet.</translation>
    </message>
    <message>
        <source>The mean rises ({told}), but a class gets worse: {fallen}.</source>
        <translation>Der Mittelwert steigt ({told}), aber eine Klasse wird schlechter: {fallen}.</translation>
    </message>
    <message>
        <source>The model cannot be used.</source>
        <translation>Das Modell ist nicht verwendbar.</translation>
    </message>
    <message>
        <source>The model could not be copied within ten minutes.</source>
        <translation>Das Modell konnte nicht innerhalb von zehn Minuten kopiert werden.</translation>
    </message>
    <message>
        <source>The model is better than a plain U-Net of the same budget: {told}.</source>
        <translation>Das Modell ist besser als ein einfaches U-Net mit gleichem Budget: {told}.</translation>
    </message>
    <message>
        <source>The model that its training started from is gone.</source>
        <translation>Das Modell, von dem dieses Training ausging, fehlt.</translation>
    </message>
    <message>
        <source>The network is the middle size: a graphics card computes.</source>
        <translation>Das Netz hat die mittlere Größe: Eine Grafikkarte rechnet.</translation>
    </message>
    <message>
        <source>The network is the small one: no graphics card computes.</source>
        <translation>Das Netz ist das kleine: Keine Grafikkarte rechnet.</translation>
    </message>
    <message>
        <source>The new model is better ({told}), but on too few cases to exclude chance.</source>
        <translation>Das neue Modell ist besser ({told}), aber an zu wenigen Fällen, um Zufall auszuschließen.</translation>
    </message>
    <message>
        <source>The new model is better ({told}), but the gain may be chance.</source>
        <translation>Das neue Modell ist besser ({told}), aber der Gewinn kann Zufall sein.</translation>
    </message>
    <message>
        <source>The new model is better on the held-out cases: {told}.</source>
        <translation>Das neue Modell ist auf den Testfällen besser: {told}.</translation>
    </message>
    <message>
        <source>The new model is not better on the held-out cases: {told}.</source>
        <translation>Das neue Modell ist auf den Testfällen nicht besser: {told}.</translation>
    </message>
    <message>
        <source>The plan</source>
        <translation>Der Plan</translation>
    </message>
    <message>
        <source>The presets are {value}.</source>
        <translation>Die Voreinstellungen sind {value}.</translation>
    </message>
    <message>
        <source>The project has a version of this name already.</source>
        <translation>Das Projekt hat bereits eine Version dieses Namens.</translation>
    </message>
    <message>
        <source>The project has no such version.</source>
        <translation>Diese Version hat das Projekt nicht.</translation>
    </message>
    <message>
        <source>The project has no training.</source>
        <translation>Das Projekt hat kein Training.</translation>
    </message>
    <message>
        <source>The training is {told}.</source>
        <translation>Das Training: {told}.</translation>
    </message>
    <message>
        <source>The training's process is gone.</source>
        <translation>Den Prozess des Trainings gibt es nicht mehr.</translation>
    </message>
    <message>
        <source>The usual choice: about 45 minutes. A graphics card gets further in that time.</source>
        <translation>Die übliche Wahl: etwa 45 Minuten. Eine Grafikkarte kommt darin weiter.</translation>
    </message>
    <message>
        <source>The version in use cannot be compared with the new model: it is gone or damaged, has other classes, or has learned from cases that are held out now.</source>
        <translation>Die benutzte Version kann nicht mit dem neuen Modell verglichen werden: Sie fehlt oder ist beschädigt, hat andere Klassen, oder sie hat aus Fällen gelernt, die jetzt Testfälle sind.</translation>
    </message>
    <message>
        <source>The version in use is better on the held-out cases.</source>
        <translation>Die benutzte Version ist auf den Testfällen besser.</translation>
    </message>
    <message>
        <source>There is nothing to resume.</source>
        <translation>Es gibt nichts fortzusetzen.</translation>
    </message>
    <message>
        <source>There was no earlier model to compare with</source>
        <translation>Es gab kein früheres Modell zum Vergleich</translation>
    </message>
    <message>
        <source>These are {trainings} trainings: each patient is held out once.</source>
        <translation>Das sind {trainings} Trainings: Jeder Patient ist einmal Testfall.</translation>
    </message>
    <message>
        <source>These cases show no difference beyond chance between the model and a plain U-Net of the same budget: {told}.</source>
        <translation>Diese Fälle zeigen zwischen dem Modell und einem einfachen U-Net mit gleichem Budget keinen Unterschied über den Zufall hinaus: {told}.</translation>
    </message>
    <message>
        <source>These versions were not scored on the same held-out cases.</source>
        <translation>Diese Versionen wurden nicht an denselben Testfällen gemessen.</translation>
    </message>
    <message>
        <source>This version is in use.</source>
        <translation>Diese Version ist in Gebrauch.</translation>
    </message>
    <message>
        <source>Too few cases to tell the model from a plain U-Net of the same budget: {told}.</source>
        <translation>Zu wenige Fälle, um das Modell von einem einfachen U-Net mit gleichem Budget zu unterscheiden: {told}.</translation>
    </message>
    <message>
        <source>Train a new one.</source>
        <translation>Trainieren Sie eine neue.</translation>
    </message>
    <message>
        <source>Train one first.</source>
        <translation>Trainieren Sie zuerst eines.</translation>
    </message>
    <message>
        <source>Use another version first, then delete this one.</source>
        <translation>Verwenden Sie zuerst eine andere Version, und löschen Sie dann diese.</translation>
    </message>
    <message>
        <source>Wait for its end, resume it, or cancel it.</source>
        <translation>Warten Sie, bis es endet, setzen Sie es fort, oder brechen Sie es ab.</translation>
    </message>
    <message>
        <source>Wait.</source>
        <translation>Warten Sie.</translation>
    </message>
    <message>
        <source>With what the plan fixes ({value}), even the shortest training takes {value2} on this computer.</source>
        <translation>Mit dem, was der Plan festlegt ({value}), dauert selbst das kürzeste Training auf diesem Computer {value2}.</translation>
    </message>
    <message>
        <source>about {hours} h</source>
        <translation>etwa {hours} h</translation>
    </message>
    <message>
        <source>about {hours} h {rest} min</source>
        <translation>etwa {hours} h {rest} min</translation>
    </message>
    <message>
        <source>about {value} days</source>
        <translation>etwa {value} Tage</translation>
    </message>
    <message>
        <source>about {value} min</source>
        <translation>etwa {value} min</translation>
    </message>
    <message>
        <source>less than a minute</source>
        <translation>weniger als eine Minute</translation>
    </message>
    <message>
        <source>mean Dice {before} before, {after} now</source>
        <translation>mittlerer Dice vorher {before}, jetzt {after}</translation>
    </message>
    <message>
        <source>mean Dice {model}, the U-Net {unet}</source>
        <translation>mittlerer Dice {model}, beim U-Net {unet}</translation>
    </message>
    <message>
        <source>not measured yet: a rehearsal of at most 2 minutes tells</source>
        <translation>noch nicht gemessen: Ein Probelauf von höchstens 2 Minuten sagt es</translation>
    </message>
    <message>
        <source>{nothing}, and a class was not found (Dice below {found}): {missed}.</source>
        <translation>{nothing}, und eine Klasse wurde nicht gefunden (Dice unter {found}): {missed}.</translation>
    </message>
    <message>
        <source>{nothing}; every class was found on the held-out cases.</source>
        <translation>{nothing}; jede Klasse wurde auf den Testfällen gefunden.</translation>
    </message>
    <message>
        <source>{nothing}; no held-out case holds {value}, the rest was found.</source>
        <translation>{nothing}; kein Testfall enthält {value}, der Rest wurde gefunden.</translation>
    </message>
    <message>
        <source>{unchecked} case was not checked since the last change.</source>
        <translation>{unchecked} Fall wurde seit der letzten Änderung nicht geprüft.</translation>
    </message>
    <message>
        <source>{unchecked} cases were not checked since the last change.</source>
        <translation>{unchecked} Fälle wurden seit der letzten Änderung nicht geprüft.</translation>
    </message>
    <message>
        <source>{value} GPU memory</source>
        <translation>{value} GPU-Speicher</translation>
    </message>
    <message>
        <source>{value} memory</source>
        <translation>{value} Speicher</translation>
    </message>
</context>
</TS>
