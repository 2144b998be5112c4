using System.Diagnostics;
using System.Globalization;

namespace Sluice.Testing;

/// <summary>
/// A PostgreSQL of the test's own, from Debian's package: a new cluster in a temporary folder, on a free port of the
/// loopback address, with a password, writing to the disk as a real one does. Disposing stops and deletes it.
/// </summary>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    /// <summary>The superuser that tests connect as.</summary>
    public const string User = "postgres";

    /// <summary>Of that user. Distinct enough to be looked for in messages that must not hold it.</summary>
    public const string Password = "s3cret-of-tests";

    private const string Programs = "/usr/lib/postgresql/15/bin";

    private readonly string _folder;

    private PostgreSqlServer(string folder, int port)
    {
        _folder = folder;
        Port = port;
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Null when a server can be started here; otherwise why not, for the name of a skip.</summary>
    public static string? WhyMissing { get; } = !File.Exists($"{Programs}/initdb")
        ? $"PostgreSQL 15 is not installed: there is no {Programs}/initdb (Debian package postgresql-15)."
        : Environment.UserName == "root" && !File.Exists("/usr/sbin/runuser")
            ? "PostgreSQL refuses to run as root, and there is no runuser to change to its user."
            : null;

    /// <summary>Makes and starts a server. Takes a few seconds.</summary>
    public static async Task<PostgreSqlServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sluice-postgresql-").FullName;
        var server = new PostgreSqlServer(folder, FreePort.Next());
        try
        {
            await File.WriteAllTextAsync($"{folder}/password", Password);
            if (Environment.UserName == "root")
            {
                await RunAsync("/usr/bin/chown", "-R", User, folder);
            }

            await RunAsServerAsync(
                $"{Programs}/initdb", "--pgdata", $"{folder}/data",
                "--username", User, "--pwfile", $"{folder}/password",
                "--auth-host", "scram-sha-256", "--auth-local", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8",
                "--no-instructions");
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The address of a database, with user and password.</summary>
    public string UrlOf(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"postgres://{User}:{Password}@127.0.0.1:{Port}/{database}");

    /// <summary>Starts it after <see cref="StopAtOnceAsync"/>, and returns when it takes connections.</summary>
    public Task StartAgainAsync() => RunAsServerAsync(
        $"{Programs}/pg_ctl", "start", "--wait", "--timeout", "60", "--pgdata", $"{_folder}/data",
        "--log", $"{_folder}/log", "--options",
        string.Create(
            CultureInfo.InvariantCulture,
            $"-p {Port} -k {_folder} -c listen_addresses=127.0.0.1 -c max_connections=200 -c shared_buffers=32MB"));

    /// <summary>Ends it as a crash does: nothing in memory is written, nobody is told.</summary>
    public Task StopAtOnceAsync() => RunAsServerAsync(
        $"{Programs}/pg_ctl", "stop", "--wait", "--mode", "immediate", "--pgdata", $"{_folder}/data");

    public async ValueTask DisposeAsync()
    {
        if (File.Exists($"{_folder}/data/postmaster.pid"))
        {
            await StopAtOnceAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static Task RunAsServerAsync(params string[] command) => Environment.UserName == "root"
        ? RunAsync("/usr/sbin/runuser", ["-u", User, "--", .. command])
        : RunAsync(command[0], command[1..]);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().Within();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{string.Join(' ', arguments)} ended with {process.ExitCode}: {await output} {await errors}");
        }
    }
}
