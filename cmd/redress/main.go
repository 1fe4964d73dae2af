// Command redress is the whole of Redress in one binary: the REST door, the
// worker, migrations, a sandbox of partners, tools for operators, and `dev`,
// which runs all of it on one machine.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/redresshq/redress/cmd/redress/config"
)

type commands struct {
	Dev      devCommand      `cmd:"" help:"Run everything on this machine, play one case, stay up."`
	API      apiCommand      `cmd:"" name:"api" help:"Serve the REST API."`
	Worker   workerCommand   `cmd:"" help:"Run workflows, activities and the relay."`
	Migrate  migrateCommand  `cmd:"" help:"Bring the database to this version; several may start at once."`
	Partners partnersCommand `cmd:"" help:"Run the sandbox of partners: orders, warehouse, carrier, payment, notification."`
	Token    tokenCommand    `cmd:"" help:"Make a bearer token for development, or register an API key."`
	Key      keyCommand      `cmd:"" help:"Make a key that encrypts what people write and send in."`
	Case     caseCommand     `cmd:"" help:"Look at cases as an operator: list, show, verify, restart."`
	Recovery recoveryCommand `cmd:"" help:"Claims against carriers and suppliers: restart."`
	Policy   policyCommand   `cmd:"" help:"Policies: check, publish, compare, and ask what they say."`
	Calendar calendarCommand `cmd:"" help:"Calendars: check, publish, list, show."`
	Testenv  testenvCommand  `cmd:"" hidden:"" help:"Run a command with a private PostgreSQL and a Temporal CLI at hand."`
	Health   healthCommand   `cmd:"" hidden:"" help:"Ask a health address and exit 0 if it is well; for containers."`
}

// exitCode is the error of a command that has already said what there is to say.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func main() {
	os.Exit(run())
}

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()

	parser := newParser(kong.BindTo(ctx, (*context.Context)(nil)))
	k, err := parser.Parse(os.Args[1:])
	if err != nil {
		return badUsage(os.Stderr, err)
	}
	settings, err := config.Load()
	if err == nil {
		err = k.Run(settings)
	}
	var code exitCode
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// newParser knows the commands and their flags.
func newParser(options ...kong.Option) *kong.Kong {
	return kong.Must(&commands{}, append(options,
		kong.Name("redress"),
		kong.Description("A dispute orchestrator: every complaint and every return is one durable workflow.\n\n"+
			"Settings come from the environment; deploy/.env.sample documents each."))...)
}
