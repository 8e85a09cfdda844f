package main

import (
	"archive/tar"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// unreadable is a file that no attempt will be able to read.
type unreadable struct {
	path  string
	cause error
}

func (u unreadable) Error() string {
	return fmt.Sprintf("%s cannot be kept: %v", u.path, u.cause)
}

func (u unreadable) Unwrap() error { return u.cause }

// pack writes folders below root as one tar stream, in a stable order. Links stay links: the worker judges them.
func pack(out io.Writer, root string, folders ...string) error {
	archive := tar.NewWriter(out)
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			name, relErr := filepath.Rel(root, path)
			if relErr != nil {
				return relErr
			}
			if err != nil {
				return unreadable{name, cause(err)}
			}
			return add(archive, path, name, entry)
		})
		if err != nil {
			return err
		}
	}
	return archive.Close()
}

func add(archive *tar.Writer, path, name string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil {
		return unreadable{name, cause(err)}
	}
	target := ""
	if info.Mode()&fs.ModeSymlink != 0 {
		if target, err = os.Readlink(path); err != nil {
			return unreadable{name, cause(err)}
		}
	}
	header, err := tar.FileInfoHeader(info, target)
	if err != nil {
		return unreadable{name, err}
	}
	header.Name = name
	if !info.Mode().IsRegular() {
		return archive.WriteHeader(header)
	}
	file, err := os.Open(path)
	if err != nil {
		return unreadable{name, cause(err)}
	}
	defer file.Close()
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(archive, file)
	return err
}

// cause leaves out the path, which the message names already.
func cause(err error) error {
	if wrapped, ok := err.(*fs.PathError); ok {
		return wrapped.Err
	}
	return err
}
