### What `hinomi explain --archive` says of the line behind a piece of evidence.

archive-same = From the archive, whole, as the document has it:
archive-differs = From the archive, NOT the line that the document has: one of the two was changed, or they do not belong together:
archive-no-place = Not fetched: the document does not say where in an archive the line lies.
archive-absent = Not in the archive: it has no such object.
archive-no-line = Not in the archive: the object is there, and holds no such line or is damaged.
archive-failed = The archive can't be read: { $why }
archive-too-many = Not fetched: the document has more lines than an incident of this program.
