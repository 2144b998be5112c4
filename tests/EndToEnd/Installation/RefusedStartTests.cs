using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Installation;

/// <summary>What an operator reads who started it wrongly: one sentence to act on, and no stack trace.</summary>
public sealed class RefusedStartTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--port")]
    [InlineData("--admin-port")]
    public async Task A_taken_port(string option)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var settings = Settings();

        var sentence = await RefusalAsync(option == "--port"
            ? settings with { Port = port }
            : settings with { AdminPort = port });

        Assert.Contains(port.ToString(CultureInfo.InvariantCulture), sentence, StringComparison.Ordinal);
        Assert.Contains(option, sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_data_folder()
    {
        var file = _folder.Write("data", "not a folder");

        Assert.Contains(file, await RefusalAsync(Settings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /proc, where even root makes no folder.");

        Assert.Contains(
            "/proc/sluice", await RefusalAsync(Settings() with { Data = "/proc/sluice" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_another_one_runs_on()
    {
        await using var first = await SluiceProcess.StartAsync(Settings());

        var sentence = await RefusalAsync(Settings());

        Assert.Contains("no other Sluice running on it", sentence, StringComparison.Ordinal);
        (await first.With(first.ApiKey).ChatAsync()).Is(200);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("nonsense")]
    public async Task A_pool_that_is_not_there(string pool) => Assert.Contains(
        "--pool", await RefusalAsync(Settings(), "--pool", pool), StringComparison.Ordinal);

    [Fact]
    public async Task A_pool_key_file_that_is_not_there() => Assert.Contains(
        "--pool-key-file",
        await RefusalAsync(Settings(), "--pool", "http://127.0.0.1:1", "--pool-key-file", _folder.In("no-such-file")),
        StringComparison.Ordinal);

    [Fact]
    public async Task A_master_key_that_others_may_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        Directory.CreateDirectory(_folder.In("data"));
        var file = _folder.Write("data/master.key", new string('0', 64));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        }

        Assert.Contains("chmod 600", await RefusalAsync(Settings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_master_key_that_is_none()
    {
        Directory.CreateDirectory(_folder.In("data"));
        _folder.Write("data/master.key", "too short");

        Assert.Contains("64 hexadecimal digits", await RefusalAsync(Settings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_out_of_its_range()
    {
        var settings = Settings() with
        {
            Environment = new Dictionary<string, string> { ["Edge__BodyBytesMax"] = "7" },
        };

        Assert.Contains("BodyBytesMax", await RefusalAsync(settings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_configuration_file_names_every_mistake_with_its_line()
    {
        var file = WriteConfiguration("""
            tenants:
              - tenant: Acme
            plans:
              - plan: basic
                models: { use: ["deep*seek"] }
                limits:
                  - { name: r, kind: rate, amount: many, period: 1m }
                  - { name: q, kind: quota, amount: 5, calendar: year }
            clients:
              - { tenant: acme, name: app, plan: missing, colour: red }
            """);

        var lines = (await OutputOfRefusalAsync(Settings())).Error.TrimEnd().Split('\n');

        Assert.Equal("Sluice cannot start: the configuration is broken:", lines[0]);
        Assert.All(lines[1..], line => Assert.StartsWith($"{file} line ", line, StringComparison.Ordinal));
        Assert.Equal(
            [2, 5, 7, 8, 10, 10, 10],
            lines[1..].Select(line => int.Parse(line[$"{file} line ".Length..].Split(':')[0], null)).Order());
    }

    [Theory]
    [InlineData("tenants: [")]
    [InlineData("- a list")]
    [InlineData("? [a, b]\n: c")]
    [InlineData("tenants: 5")]
    [InlineData("tenants: [5]")]
    [InlineData("tenants: &a [*a]")]
    [InlineData("plans: [{ plan: p, models: [x] }]")]
    public async Task A_configuration_file_of_another_shape(string text)
    {
        var file = WriteConfiguration(text);

        Assert.Contains(
            $"{file} line ", (await OutputOfRefusalAsync(Settings())).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_of_the_configuration_file_that_cannot_be_forwarded_to()
    {
        WriteConfiguration("pools:\n  - { name: p, address: 'ftp://x', models: [m] }\n");

        Assert.Contains("http or https", (await OutputOfRefusalAsync(Settings())).Error, StringComparison.Ordinal);
    }

    private SluiceSettings Settings() => new() { Data = _folder.In("data") };

    private string WriteConfiguration(string text)
    {
        Directory.CreateDirectory(_folder.In("data"));
        return _folder.Write("data/sluice.yaml", text);
    }

    /// <summary>The one sentence on standard error.</summary>
    private static async Task<string> RefusalAsync(SluiceSettings settings, params string[] more)
    {
        var output = await OutputOfRefusalAsync(settings, more);
        return Assert.Single(output.Error.TrimEnd().Split('\n'));
    }

    private static async Task<ProcessOutput> OutputOfRefusalAsync(SluiceSettings settings, params string[] more)
    {
        await using var program = RunningProgram.Start(
            Path.GetTempPath(), [.. settings.Arguments, .. more], settings.Environment);
        await program.Exited.WaitAsync(Patience.Token);

        Assert.StartsWith("Sluice cannot start: ", program.Output.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", program.Output.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("is ready", program.Output.Out, StringComparison.Ordinal);
        Assert.Equal(1, program.ExitCode);
        return program.Output;
    }
}
