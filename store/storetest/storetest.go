// Package storetest gives tests a migrated PostgreSQL database each. The server is
// the one at REDRESS_TEST_DATABASE_URL (a superuser's URL), or a private one that is
// started once per test binary and stopped by Main.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/store/pgcluster"
	"github.com/redresshq/redress/store/seal"
)

// EnvURL names the environment variable with the URL of a server for tests.
const EnvURL = "REDRESS_TEST_DATABASE_URL"

// server is the PostgreSQL server of this test binary.
var server struct {
	once    sync.Once
	admin   string // URL of its administration database
	err     error
	cluster *pgcluster.Cluster
	dir     string
}

// Main runs a package's tests and stops the private server after them; call it from
// TestMain in every package that calls New.
func Main(m *testing.M) {
	code := m.Run()
	if err := Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "storetest:", err)
		code = 1
	}
	os.Exit(code)
}

// Stop stops the private server, if one was started; for packages whose TestMain
// does more than Main.
func Stop() error {
	if server.cluster == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	// The cluster may live elsewhere than in the folder that it was given.
	return errors.Join(server.cluster.Stop(ctx), os.RemoveAll(server.cluster.Dir()), os.RemoveAll(server.dir))
}

// Keys encrypt what the tests' stores keep, as in production; always the same.
func Keys() *seal.Keys {
	keys, err := seal.Parse([]string{Key})
	if err != nil {
		panic(err) // it is a constant
	}
	return keys
}

// Key is the key of Keys, for programs that tests start. It guards nothing.
const Key = "AGE-SECRET-KEY-15F3LH3F2H3GAVDVQ6F6H6X86CNYYH2XDFLPLKAKAU35HYTXQD3GS4ZRK8J"

// New gives the test a migrated, empty database, a Store on it which acts as the
// service's restricted role, and the superuser's URL of it. Both go with the test.
func New(t testing.TB) (*store.Store, string) {
	t.Helper()
	databaseURL := Empty(t, true)
	s, err := store.Open(t.Context(), databaseURL, store.WithKeys(Keys()))
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(s.Close)
	return s, databaseURL
}

// Empty gives the test a database, migrated or bare, and returns its superuser's URL.
func Empty(t testing.TB, migrated bool) string {
	t.Helper()
	databaseURL, drop, err := Create(t.Context(), migrated)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := drop(ctx); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	return databaseURL
}

// Create makes a database, migrated or bare, that outlives a single test, and
// returns its superuser's URL and what drops it.
func Create(ctx context.Context, migrated bool) (databaseURL string, drop func(context.Context) error, err error) {
	server.once.Do(func() { server.err = start() })
	if server.err != nil {
		return "", nil, fmt.Errorf("PostgreSQL for tests: %w", server.err)
	}
	name := "redress_test_" + uuid.NewString()
	sql := "CREATE DATABASE " + pgx.Identifier{name}.Sanitize()
	if migrated {
		template, err := template(ctx)
		if err != nil {
			return "", nil, fmt.Errorf("template database: %w", err)
		}
		sql += " TEMPLATE " + pgx.Identifier{template}.Sanitize()
	}
	if err := exec(ctx, server.admin, sql); err != nil {
		return "", nil, err
	}
	if databaseURL, err = withDatabase(server.admin, name); err != nil {
		return "", nil, err
	}
	return databaseURL, func(ctx context.Context) error {
		return exec(ctx, server.admin, "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
	}, nil
}

func start() error {
	if server.admin = os.Getenv(EnvURL); server.admin != "" {
		return nil
	}
	dir, err := os.MkdirTemp("", "redress-postgres-")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cluster, err := pgcluster.Start(ctx, pgcluster.Options{Dir: dir, Fast: true})
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	server.cluster, server.dir, server.admin = cluster, dir, cluster.URL("postgres")
	return nil
}

// prepared remembers the template database of this binary.
var prepared struct {
	sync.Mutex
	name string
}

// template makes the migrated template database, once for all test binaries that
// share the server and the migrations.
func template(ctx context.Context) (_ string, err error) {
	prepared.Lock()
	defer prepared.Unlock()
	if prepared.name != "" {
		return prepared.name, nil
	}
	name, err := templateName()
	if err != nil {
		return "", err
	}
	conn, err := pgx.Connect(ctx, server.admin)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(7205759403792795)"); err != nil {
		return "", err
	}
	var ready bool
	err = conn.QueryRow(ctx, "SELECT coalesce(bool_or(datistemplate), false) FROM pg_database WHERE datname = $1", name).Scan(&ready)
	if err != nil {
		return "", err
	}
	quoted := pgx.Identifier{name}.Sanitize()
	if !ready {
		for _, sql := range []string{"DROP DATABASE IF EXISTS " + quoted, "CREATE DATABASE " + quoted} {
			if _, err := conn.Exec(ctx, sql); err != nil {
				return "", err
			}
		}
		databaseURL, err := withDatabase(server.admin, name)
		if err != nil {
			return "", err
		}
		if err := store.Migrate(ctx, databaseURL); err != nil {
			return "", err
		}
		if _, err := conn.Exec(ctx, "ALTER DATABASE "+quoted+" IS_TEMPLATE true"); err != nil {
			return "", err
		}
	}
	prepared.name = name
	return name, nil
}

// templateName tells the templates of different migrations apart.
func templateName() (string, error) {
	id := uuid.NameSpaceOID
	err := fs.WalkDir(store.Migrations(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(store.Migrations(), path)
		id = uuid.NewSHA1(id, append([]byte(path+"\n"), raw...))
		return err
	})
	return "redress_template_" + id.String(), err
}

func exec(ctx context.Context, databaseURL, sql string) error {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
}

func withDatabase(serverURL, name string) (string, error) {
	u, err := url.Parse(serverURL)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}
