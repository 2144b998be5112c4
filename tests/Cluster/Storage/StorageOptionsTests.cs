using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.PostgreSql;

namespace Sluice.Cluster.Storage;

/// <summary>A silo refuses to start with wrong settings, names each, and repeats no password.</summary>
public sealed class StorageOptionsTests
{
    [Fact]
    public void Every_mistake_is_reported_in_one_failure() => Assert.Collection(
        MistakesIn(("Storage:CommandTimeout", "00:00:00.5"), ("Storage:ConnectionsMax", "1")).Order(),
        one => Assert.StartsWith("Storage: set exactly one of Storage:DatabaseUrl (or DATABASE_URL", one),
        two => Assert.Contains("whole number of seconds", two, StringComparison.Ordinal),
        three => Assert.StartsWith("Storage:CommandTimeout is", three, StringComparison.Ordinal),
        four => Assert.StartsWith("Storage:ConnectionsMax is", four, StringComparison.Ordinal));

    [Fact]
    public void Two_places_are_one_too_many() => Assert.StartsWith(
        "Storage: set exactly one",
        Assert.Single(MistakesIn(("Storage:DatabaseUrl", "postgres://db/x"), ("Storage:SqliteFile", "x.db"))));

    [Fact]
    public void A_folder_is_not_a_file() => Assert.Contains(
        "names a folder", Assert.Single(MistakesIn(("Storage:SqliteFile", "data/"))), StringComparison.Ordinal);

    [Fact]
    public void The_variable_of_hosting_platforms_is_taken_when_nothing_else_is_said()
    {
        Assert.Equal("postgres://db/x", OptionsOf(("DATABASE_URL", "postgres://db/x")).DatabaseUrl);
        Assert.Empty(OptionsOf(("DATABASE_URL", "postgres://db/x"), ("Storage:SqliteFile", "x.db")).DatabaseUrl);
    }

    [Fact]
    public void The_address_may_lie_in_a_file()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("sluice-storage-").FullName, "url");
        File.WriteAllText(file, "postgres://db/x\n");

        Assert.Equal("postgres://db/x", OptionsOf(("Storage:DatabaseUrlFile", file)).DatabaseUrl);
        Assert.Equal(
            "Storage:DatabaseUrlFile and Storage:DatabaseUrl are both set; leave one out.",
            Assert.Single(MistakesIn(("Storage:DatabaseUrlFile", file), ("Storage:DatabaseUrl", "postgres://db/y"))));
        Assert.StartsWith(
            "Storage: set exactly one",
            Assert.Single(MistakesIn(("Storage:DatabaseUrlFile", file), ("Storage:SqliteFile", "x.db"))));
        File.WriteAllText(file, " ");
        Assert.Contains(
            "is empty", Assert.Single(MistakesIn(("Storage:DatabaseUrlFile", file))), StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        Assert.StartsWith(
            "Storage:DatabaseUrlFile cannot be read",
            Assert.Single(MistakesIn(("Storage:DatabaseUrlFile", file), ("DATABASE_URL", "postgres://db/x"))));
    }

    [Fact]
    public void A_url_says_everything_that_it_can()
    {
        var settings = DatabaseUrl.Read(
            "postgresql://si%40lo:p%2Fw%3A%23@db.example:6432/sluice%20one?sslmode=verify-full&application_name=a")
            .Settings!;

        Assert.Equal(("db.example", 6432, "sluice one"), (settings.Host, settings.Port, settings.Database));
        Assert.Equal(("si@lo", "p/w:#"), (settings.Username, settings.Password));
        Assert.Equal((Npgsql.SslMode.VerifyFull, "a"), (settings.SslMode, settings.ApplicationName));
    }

    [Theory]
    [InlineData("postgres://[::1]/x", "::1", 5432)]
    [InlineData("postgres:///x?host=/var/run/postgresql", "/var/run/postgresql", 5432)]
    [InlineData("Host=db;Port=5433;Username=u;Password=p;Database=x", "db", 5433)]
    public void An_address_has_many_forms(string text, string host, int port)
    {
        var settings = DatabaseUrl.Read(text).Settings;

        Assert.Equal((host, port, "x"), (settings?.Host, settings?.Port, settings?.Database));
    }

    /// <summary>Guards the log: the password's pieces are where a reader of addresses does not expect them.</summary>
    [Theory]
    [InlineData("postgres://u:hun/ter2@db/x")]
    [InlineData("postgres://u:12/hunter2@db/x")]
    [InlineData("postgres://u:12?hunter2=1@db/x")]
    [InlineData("postgres://u:12#hunter2@db/x")]
    [InlineData("postgres://u:p@12?hunter2=1@db/x")]
    [InlineData("postgres://u:hunter2@db:port/x")]
    [InlineData("postgres://u:hunter2@db/x?sslmode=hunter2")]
    [InlineData("postgres://u:hunter2@db/x?colour=hunter2")]
    [InlineData("Host=db;Password=a;hunter2=b")]
    [InlineData("Host=db;Port=hunter2")]
    [InlineData("hunter2")]
    public void A_wrong_address_is_refused_without_repeating_it(string text)
    {
        var mistake = Assert.Single(MistakesIn(("Storage:DatabaseUrl", text)));

        Assert.StartsWith("Storage:DatabaseUrl ", mistake);
        Assert.DoesNotContain("hunter2", mistake, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("ter2", mistake, StringComparison.OrdinalIgnoreCase);
    }

    private static StorageOptions OptionsOf(params (string Name, string Value)[] settings)
    {
        using var silo = StorageTest.StorageOf(settings.ToDictionary(one => one.Name, one => (string?)one.Value));
        return silo.GetRequiredService<IOptions<StorageOptions>>().Value;
    }

    private static IEnumerable<string> MistakesIn(params (string Name, string Value)[] settings) =>
        Assert.Throws<OptionsValidationException>(() => OptionsOf(settings)).Failures;
}
