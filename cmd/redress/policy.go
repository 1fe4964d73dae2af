package main

type policyCommand struct {
	Check    policyCheckCommand    `cmd:"" help:"Say every mistake in a policy's folder; needs no server."`
	Publish  policyPublishCommand  `cmd:"" help:"Publish a version of a policy, for good."`
	Show     policyShowCommand     `cmd:"" help:"Print the files of a version, or write them into a folder to make a policy of your own."`
	List     policyListCommand     `cmd:"" help:"List the versions that are published, or built in."`
	Diff     policyDiffCommand     `cmd:"" help:"Say in words what changes from one policy to another."`
	Explain  policyExplainCommand  `cmd:"" help:"Say what a claim would meet under a policy."`
	Due      policyDueCommand      `cmd:"" help:"Say when a span of time ends, and why then."`
	Simulate policySimulateCommand `cmd:"" help:"Say what becomes of a claim if nobody acts, instant by instant."`
}
