using Microsoft.Extensions.DependencyInjection;
using Sluice.Silo.Storage;
using Sluice.Testing;

namespace Sluice.Cluster.Storage;

/// <summary>Whoever starts a silo on a database that cannot be used reads one sentence that says what to do.</summary>
public sealed class StorageProblemTests(PostgreSqlFixture server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-problem-").FullName;

    [Fact]
    public async Task A_folder_that_cannot_be_made()
    {
        await File.WriteAllTextAsync($"{_folder}/file", "", TestContext.Current.CancellationToken);

        Assert.Equal(
            $"'{_folder}/file/sluice.db' cannot be made: let the user '{Environment.UserName}' write its folder, or " +
            "name another file in Storage:SqliteFile.",
            await ProblemOfAsync("Storage:SqliteFile", $"{_folder}/file/sluice.db"));
    }

    [Fact]
    public async Task A_file_that_is_no_database()
    {
        await File.WriteAllTextAsync(
            $"{_folder}/notes.txt", new string('x', 5000), TestContext.Current.CancellationToken);

        Assert.Equal(
            $"'{_folder}/notes.txt' is not a SQLite database: move it away, or name another file in Storage:SqliteFile.",
            await ProblemOfAsync("Storage:SqliteFile", $"{_folder}/notes.txt"));
    }

    [Fact]
    public async Task A_folder_where_a_file_should_be() => Assert.Equal(
        $"'{_folder}' is a folder: name a file in it in Storage:SqliteFile.",
        await ProblemOfAsync("Storage:SqliteFile", _folder));

    [Fact]
    public async Task A_connection_that_is_refused() => Assert.Equal(
        "PostgreSQL at 127.0.0.1:1 cannot be used, the connection was refused: start it, or correct " +
        "Storage:DatabaseUrl.",
        await ProblemOfAsync("Storage:DatabaseUrl", $"postgres://u:{PostgreSqlServer.Password}@127.0.0.1:1/x"));

    [Fact]
    public async Task A_host_that_nobody_knows() => Assert.StartsWith(
        "PostgreSQL at db.invalid:5432 cannot be used, its host name is not known",
        await ProblemOfAsync("Storage:DatabaseUrl", $"postgres://u:{PostgreSqlServer.Password}@db.invalid/x"));

    [Fact]
    public async Task A_wrong_password()
    {
        var url = (await server.NewDatabaseAsync()).Replace(
            PostgreSqlServer.Password, "wrong-" + PostgreSqlServer.Password, StringComparison.Ordinal);

        var problem = await ProblemOfAsync("Storage:DatabaseUrl", url);

        Assert.Contains("refused the user 'postgres': the password is wrong", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there()
    {
        var problem = await ProblemOfAsync("Storage:DatabaseUrl", await server.NewDatabaseAsync() + "nothere");

        Assert.Contains("nothere': create it, or correct Storage:DatabaseUrl.", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_who_may_not_create_tables()
    {
        var url = await server.NewDatabaseAsync();
        await using var admin = StorageTest.StorageOf(new() { ["Storage:DatabaseUrl"] = url });
        await admin.GetRequiredService<IDatabase>().WriteAsync(
            [new Statement("CREATE ROLE guest LOGIN PASSWORD 's3cret-of-tests'")], row => 0,
            TestContext.Current.CancellationToken);

        var problem = await ProblemOfAsync(
            "Storage:DatabaseUrl", url.Replace("postgres:s3", "guest:s3", StringComparison.Ordinal));

        Assert.Contains("does not let the user 'guest' create tables", problem, StringComparison.Ordinal);
        Assert.EndsWith("make it the owner of the database.", problem);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<string> ProblemOfAsync(string setting, string value)
    {
        await using var silo = StorageTest.StorageOf(new() { [setting] = value });
        var failure = await Assert.ThrowsAsync<StorageUnavailableException>(() =>
            silo.GetRequiredService<IDatabase>().PrepareAsync(TestContext.Current.CancellationToken));

        Assert.DoesNotContain(PostgreSqlServer.Password, failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        return failure.Message;
    }
}
