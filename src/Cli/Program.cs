using System.CommandLine;
using Sluice.Cli;
using Sluice.Cli.Admin;
using Sluice.Cli.Audit;

// The operator's command. What it can do without a running system it does without one.
var root = new RootCommand("Sluice, for operators.") { AuditCommands.Make() };
AdminCommands.AddTo(root);
var parsed = root.Parse(args);
var code = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? ExitCodes.CannotTell : code;
