using System.CommandLine;
using Sluice.Cli.Audit;

// The operator's command. What it can do without a running system it does without one.
var root = new RootCommand("Sluice, for operators.") { AuditCommands.Make() };
return await root.Parse(args).InvokeAsync();
