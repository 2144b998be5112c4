using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Processes;

/// <summary>
/// Settings that cannot be used: all are named at once, each with what to do, and nothing is started.
/// </summary>
public sealed class RefusedSettingsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_wrong_with_a_silo_is_named_at_once()
    {
        var objects = _folder.Write("sluice.yaml", "tenants:\n  - tenant: Acme\n");
        var file = _folder.Write("settings.json", """{"Silo":{"AdminProt":1},"Colour":{"Red":1},"Edge":{"Port":1}}""");

        var mistakes = await MistakesAsync(
            "Silo",
            [
                "--config", file, "--prot", "1", "--admin-port", "ninety", "--port", "11111", "--address", "0.0.0.0",
                "--sqlite-file", "x.db", "--apply", objects, "--Silo:StopTimeout=30", "--Storage:ConnectionsMax", "1",
                "stray", "--name",
            ],
            ("Silo__KeyEnvironment", "Live!"), ("Admission__SlotTtl", "00:20:00"), ("Logging__Format", "xml"),
            ("Cluster__Tls__KeyFile", "/no/such.key"), ("Silo__Colour", "red"), ("Telemetry__OtlpProtocol", "carrier"));

        Assert.Equal(
            new[]
            {
                "--Silo:AdminPort: 'ninety' is not a whole number of a size that fits.",
                "--Silo:StopTimeout: '30' would be days: write hours, minutes and seconds, such as 00:00:30.",
                "--name wants a value: at most 100 characters.",
                "--prot: there is no such option; did you mean --port?",
                "Admission:SlotTtl is 00:20:00; it must be 00:00:01 to 00:10:00.",
                "Argument 18 is not an option: options begin with --.",
                "Cluster:Tls:CertificateFile is empty; with the other files of Cluster:Tls set, it is needed too.",
                "Cluster:Tls:KeyFile '/no/such.key' does not exist, or this user may not look there.",
                "Cluster:Tls:TrustedCertificatesFile is empty; with the other files of Cluster:Tls set, it is needed "
                    + "too.",
                "OtlpProtocol: The field TelemetryOptions.OtlpProtocol must be grpc or http.",
                "Silo:Address '0.0.0.0' is no address that anyone could reach; name this machine's.",
                "Silo:KeyEnvironment is 'Live!'; it must be 1 to 12 of a-z and 0-9.",
                "Silo:Port makes this silo one of a cluster, and Storage:SqliteFile is for one silo alone: set "
                    + "Storage:DatabaseUrl to a PostgreSQL database in its place, or leave Silo:Port out.",
                "Storage:ConnectionsMax is 1; it must be 2 to 1000.",
                $"{file}: Colour:Red: there is no such setting.",
                $"{file}: Silo:AdminProt: there is no such setting; did you mean Silo:AdminPort?",
                $"{objects} line 2: tenants[0].tenant: 'Acme' is not "
                    + "1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit.",
                "variable Logging__Format: 'xml' is not text or json.",
                "variable Silo__Colour: there is no such setting.",
            }.Order(StringComparer.Ordinal),
            mistakes);
    }

    [Fact]
    public async Task Everything_wrong_with_an_edge_is_named_at_once()
    {
        var mistakes = await MistakesAsync(
            "Edge",
            [
                "--seed", "silo", "--seed", "silo:0", "--port", "9000", "--admin-port", "9000", "--Edge:ListenAddress",
                "localhost", "--Edge:BodyBytesMax", "7", "--Edge:Pools:0:Name", "P", "--Silo:Port", "1",
            ],
            ("Edge__StopTimeout", "02:00:00"), ("Edge__Seeds__0", "of-the-environment"), ("Silo__Port", "elsewhere"));

        Assert.Equal(
            [
                "--Silo:Port: there is no such option.",
                "Edge:BodyBytesMax is 7; it must be 1024 to 536870912.",
                "Edge:ListenAddress 'localhost' is not an IP address.",
                "Edge:Pools:0:Address must be an http or https address without user, password and query.",
                "Edge:Pools:0:Models is empty: name the models that this pool serves.",
                "Edge:Pools:0:Name 'P' is not "
                    + "1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit.",
                "Edge:Port and Edge:AdminPort are both 9000; clients and operators need a port each.",
                "Edge:Seeds:0 'silo' is not host:port, such as silo.example:11111.",
                "Edge:Seeds:1 'silo:0' is not host:port, such as silo.example:11111.",
                "Edge:StopTimeout is 02:00:00; it must be 00:00:00 to 01:00:00.",
            ],
            mistakes);
    }

    [Theory]
    [InlineData("Silo", "set exactly one of Storage:DatabaseUrl")]
    [InlineData("Edge", "Edge:Seeds is empty")]
    public async Task Without_any_setting_what_is_needed_is_named(string project, string part) =>
        Assert.Contains(await MistakesAsync(project, []), one => one.Contains(part, StringComparison.Ordinal));

    /// <summary>Guards the terminal, the log and the process list: wherever a secret is put by mistake.</summary>
    [Fact]
    public async Task No_mistake_repeats_what_may_be_a_secret()
    {
        const string Secret = "hunter2-of-the-database";
        var file = _folder.Write("settings.json", $"{{\"Storage\":{{\"DatabaseUrl\":tru{Secret}}}}}");
        foreach (var arguments in new string[][]
        {
            ["--Storage:DatabaseUrl", $"postgres://u:{Secret}@db/x"],
            [$"--storage:databaseurl=postgres://u:{Secret}@db/x"],
            ["--database-url", $"postgres://u:{Secret}@db/x"],
            [$"--database-url=postgres://u:{Secret}@db/x"],
            [$"postgres://u:{Secret}@db/x"],
            ["--config", file],
        })
        {
            var (code, output) = await Daemons.RunAsync("Silo", arguments, ("Storage__SqliteFile", "x.db"));

            Assert.Equal(2, code);
            Assert.DoesNotContain(Secret, output.All, StringComparison.Ordinal);
        }

        var (refused, said) = await Daemons.RunAsync("Silo", [], ("DATABASE_URL", $"postgres://u:{Secret}/2@db/x"));
        Assert.Equal(2, refused);
        Assert.DoesNotContain(Secret, said.All, StringComparison.Ordinal);
    }

    /// <summary>Every mistake, sorted; the shape of the refusal is checked here.</summary>
    private static async Task<IReadOnlyList<string>> MistakesAsync(
        string project, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var (code, output) = await Daemons.RunAsync(project, arguments, environment);
        var lines = output.Error.TrimEnd().Split('\n');
        var mistakes = lines[1..^1];

        Assert.Equal(2, code);
        Assert.Empty(output.Out);
        var count = mistakes.Length == 1 ? "a setting is" : $"{mistakes.Length} settings are";
        Assert.Equal($"Sluice.{project} cannot start, {count} wrong:", lines[0]);
        Assert.Equal($"Sluice.{project} --help explains every setting.", lines[^1]);
        Assert.All(mistakes, mistake => Assert.StartsWith("- ", mistake, StringComparison.Ordinal));
        return [.. mistakes.Select(mistake => mistake[2..]).Order(StringComparer.Ordinal)];
    }
}
