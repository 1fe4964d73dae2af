package devstack

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/redresshq/redress/workflows"
)

// SearchAttributes is every search attribute that the workflows set, with its
// type; a namespace must know them before the first case is opened.
func SearchAttributes() map[string]enumspb.IndexedValueType {
	return map[string]enumspb.IndexedValueType{
		workflows.AttrStage:     enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttrKind:      enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttrReason:    enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttrWaitingOn: enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttrOutcome:   enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttrDueAt:     enumspb.INDEXED_VALUE_TYPE_DATETIME,
		workflows.AttrBreached:  enumspb.INDEXED_VALUE_TYPE_BOOL,
		workflows.AttrRisk:      enumspb.INDEXED_VALUE_TYPE_INT,
	}
}

// temporalOptions say where a dev server keeps its data and listens.
type temporalOptions struct {
	program string // see TemporalProgram
	dbFile  string // where workflows are kept
	logFile string
	port    int // gRPC
	uiPort  int
}

// startTemporal starts a dev server and returns once it answers.
func startTemporal(ctx context.Context, o temporalOptions) (*child, error) {
	file, err := filepath.Abs(o.dbFile)
	if err != nil {
		return nil, fmt.Errorf("finding Temporal's file: %w", err)
	}
	c, err := startChild("Temporal", o.logFile, o.program, "server", "start-dev", "--ip", "127.0.0.1",
		"--port", strconv.Itoa(o.port), "--ui-port", strconv.Itoa(o.uiPort), "--db-filename", file,
		"--namespace", "default", "--log-level", "error")
	if err != nil {
		return nil, err
	}
	if err := awaitTemporal(ctx, c, o.port); err != nil {
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if stopErr := c.stop(stopCtx); stopErr != nil {
			return nil, fmt.Errorf("%w; then %w", err, stopErr)
		}
		return nil, err
	}
	return c, nil
}

// awaitTemporal asks the server until its namespace answers, for a minute at most.
func awaitTemporal(ctx context.Context, c *child, port int) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	ask := time.NewTicker(100 * time.Millisecond)
	defer ask.Stop()
	for {
		if ready(ctx, fmt.Sprintf("127.0.0.1:%d", port)) {
			return nil
		}
		select {
		case <-c.done:
			return ended(c.name, c.log, c.err)
		case <-ctx.Done():
			return problem(ctx.Err(), "Temporal did not answer; its last words are in %s.", c.log)
		case <-ask.C:
		}
	}
}

// ready says whether a server at the address knows the default namespace.
func ready(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	c, err := client.DialContext(ctx, client.Options{HostPort: address, Logger: quiet{}})
	if err != nil {
		return false
	}
	defer c.Close()
	_, err = c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: "default"})
	return err == nil
}

// RegisterSearchAttributes adds to the namespace those that it does not have, and
// returns how many it added.
func RegisterSearchAttributes(ctx context.Context, c client.Client, namespace string) (int, error) {
	known, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return 0, fmt.Errorf("listing search attributes: %w", err)
	}
	missing := SearchAttributes()
	for name := range known.GetCustomAttributes() {
		delete(missing, name)
	}
	if len(missing) == 0 {
		return 0, nil
	}
	_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: namespace, SearchAttributes: missing})
	if err != nil {
		return 0, fmt.Errorf("registering search attributes: %w", err)
	}
	return len(missing), nil
}

// quiet drops the SDK's complaints while a server is still starting.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}
