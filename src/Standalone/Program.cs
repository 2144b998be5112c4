using System.CommandLine;
using Sluice.Standalone;

// Every option has a meaning without the others; --help prints this.
var port = new Option<int>("--port") { Description = "Port of the edge, 127.0.0.1.", DefaultValueFactory = _ => 8080 };
var adminPort = new Option<int>("--admin-port")
{
    Description = "Port of the admin API, 127.0.0.1.",
    DefaultValueFactory = _ => 8090,
};
var data = new Option<DirectoryInfo>("--data")
{
    Description = "Folder for the database, the master key and quickstart.json; made when missing.",
    DefaultValueFactory = _ => new DirectoryInfo("data"),
};
var config = new Option<FileInfo?>("--config")
{
    Description = "Configuration file. Default: sluice.yaml in the data folder, if there is one.",
};
var pool = new Option<string?>("--pool")
{
    Description = "Address of an OpenAI-compatible server to forward to in place of the simulated pool.",
};
var poolKeyFile = new Option<FileInfo?>("--pool-key-file")
{
    Description = "File with the key that the pool of --pool wants as bearer token.",
};
var root = new RootCommand("Sluice in one process: silo, edge and a pool, on a SQLite file (or on DATABASE_URL).")
{
    port, adminPort, data, config, pool, poolKeyFile,
};
root.SetAction((arguments, cancellationToken) => Installation.RunAsync(
    new StandaloneOptions(
        arguments.GetValue(port),
        arguments.GetValue(adminPort),
        arguments.GetValue(data)!.FullName,
        arguments.GetValue(config)?.FullName,
        arguments.GetValue(pool),
        arguments.GetValue(poolKeyFile)?.FullName),
    cancellationToken));
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
