"""DICOM files, pixels and codecs."""
