package main

import (
	"fmt"

	"github.com/redresshq/redress/store/seal"
)

type keyCommand struct{}

// Run prints the key alone on a line, so that a script can take it.
func (keyCommand) Run() error {
	key, err := seal.NewKey()
	if err != nil {
		return err
	}
	fmt.Println(key)
	return nil
}

// Help says what the key is for, and what losing it means.
func (keyCommand) Help() string {
	return `Prints a new key for REDRESS_DATA_KEYS, which encrypts what people write and send
in before it is kept. Keep it where your other secrets are, and apart from the backups:
without it nobody can read them, you neither. To change the key put the new one in front
and leave the old one in the list for as long as something that it sealed is kept.`
}
