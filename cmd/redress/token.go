package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/redresshq/redress/api/auth"
	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/cmd/redress/devstack"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
)

type tokenCommand struct {
	Role    string        `arg:"" enum:"customer,agent,supervisor,finance,machine,admin" help:"What the bearer may be: customer, agent, supervisor, finance, machine or admin."`
	Subject string        `arg:"" help:"Who the bearer is, e.g. agent_7; for a customer the customer id."`
	TTL     time.Duration `name:"ttl" default:"24h" help:"How long it is good for."`
	APIKey  bool          `name:"api-key" help:"Make an API key instead, and keep its hash in the database."`
}

// Validate refuses a token that has ended before it is shown.
func (c tokenCommand) Validate() error {
	if c.TTL <= 0 {
		return fmt.Errorf("--ttl: %s is not longer than nothing", c.TTL)
	}
	return nil
}

// Run prints the token alone on a line, so that a script can take it.
func (c tokenCommand) Run(ctx context.Context, settings config.Config) error {
	if c.APIKey {
		return c.registerKey(ctx, settings)
	}
	key, err := tokenKey(settings)
	if err != nil {
		return err
	}
	token, err := auth.MintDevToken([]byte(key), c.Subject, dispute.Role(c.Role), c.TTL)
	if err != nil {
		return fmt.Errorf("making a token: %w", err)
	}
	fmt.Println(token)
	return nil
}

// Help says what each is for.
func (tokenCommand) Help() string {
	return `Prints a bearer token signed with REDRESS_TOKEN_KEY, or with the key of the
` + "`redress dev`" + ` in REDRESS_DIR. In production people come with tokens of the OIDC
issuer; machines may have an API key: with --api-key one is made, its hash kept in
the database (REDRESS_OWNER_DATABASE_URL), and the key shown this once.`
}

// tokenKey is the key of the settings, or of the dev stack in REDRESS_DIR.
func tokenKey(settings config.Config) (string, error) {
	if settings.API.TokenKey != "" {
		return settings.API.TokenKey, nil
	}
	keys, err := devstack.ReadKeys(settings.Dev.Dir)
	if err != nil {
		return "", fmt.Errorf("there is no key to sign with: set REDRESS_TOKEN_KEY, or start `redress dev` first (%w)", err)
	}
	return keys.TokenKey, nil
}

func (c tokenCommand) registerKey(ctx context.Context, settings config.Config) error {
	settings = orRunning(settings)
	if err := settings.ForOwner("token"); err != nil {
		return err
	}
	s, err := store.Open(ctx, settings.OwnerURL)
	if err != nil {
		return fmt.Errorf("REDRESS_OWNER_DATABASE_URL: %w", err)
	}
	defer s.Close()
	key := auth.NewKey()
	now := time.Now().UTC()
	ends := now.Add(c.TTL)
	err = s.AddAPIKey(ctx, dispute.Credential{
		ID: "key_" + uuid.NewString(), SHA256: auth.HashKey(key),
		Actor: dispute.Actor{Role: dispute.Role(c.Role), ID: c.Subject}, CreatedAt: now, ExpiresAt: &ends,
	})
	if err != nil {
		return fmt.Errorf("keeping the key: %w", err)
	}
	fmt.Println(key)
	return nil
}
