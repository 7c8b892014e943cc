package capture

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// ErrForeign is returned for a file that another program keeps its data in. It
// is left as it is.
var ErrForeign = errors.New("this is no file of captures: another program keeps its data in it")

// ErrNewer is returned for a file that a later version of this command made. It
// is left as it is.
var ErrNewer = errors.New("these captures were made by a newer version of ringback")

// ErrDamaged is what [Read] returns for a file that cannot be understood.
var ErrDamaged = errors.New("this is no file of captures, or it is damaged")

// version is what the schema is known by in a file.
const version = 1

// Read opens a file of captures for [Store.Get] and [Store.List] and leaves it
// untouched, whatever it holds: one that is not there is not made, and one that
// is damaged is not moved. It returns [ErrForeign], [ErrNewer] or [ErrDamaged]
// for what is no file of captures.
func Read(ctx context.Context, path string) (*Store, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	name, err := address(path, "ro")
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	db.SetMaxOpenConns(1)
	s := &Store{db: db}
	fresh, err := s.ours(ctx)
	switch {
	case err != nil && damaged(err):
		err = fmt.Errorf("capture: %s: %w", path, ErrDamaged)
	case err != nil:
		err = fmt.Errorf("capture: %s: %w", path, err)
	case fresh:
		err = fmt.Errorf("capture: %s: %w", path, ErrNotFound)
	default:
		return s, nil
	}
	db.Close()
	return nil, err
}

// ours reports whether a file is still without tables. It fails with
// [ErrForeign] or [ErrNewer] for one that must not be written to; nothing has
// been changed by then.
func (s *Store) ours(ctx context.Context) (fresh bool, err error) {
	var made, tables, exchanges int
	if err := s.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&made); err != nil {
		return false, err
	}
	const count = "SELECT count(*), count(CASE WHEN name = 'exchange' THEN 1 END) FROM sqlite_master WHERE type = 'table'"
	if err := s.db.QueryRowContext(ctx, count).Scan(&tables, &exchanges); err != nil {
		return false, err
	}
	switch {
	case tables == 0 && made == 0:
		return true, nil
	case exchanges == 0:
		return false, ErrForeign
	case made > version:
		return false, ErrNewer
	case made != version:
		return false, ErrForeign
	}
	return false, nil
}

// address is a path as SQLite takes it, whatever characters it has.
func address(path, mode string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(absolute), RawQuery: "mode=" + mode}
	return u.String(), nil
}
