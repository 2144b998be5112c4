using System.Data.Common;
using Sluice.Silo.Storage;

namespace Sluice.Cluster.Storage;

/// <summary>What everything kept in the database rests on.</summary>
public abstract class DatabaseTests : StorageTest
{
    private const string Open = "INSERT INTO client_ledger (client_id, epoch, write_number) VALUES ($1, $2, 0)";

    private protected DatabaseTests(TestPlace place)
        : base(place)
    {
    }

    [Fact]
    public async Task A_database_that_answers_has_no_problem() => Assert.Null(await Database.ProblemAsync(Token));

    [Fact]
    public async Task Of_the_statements_of_one_write_all_are_done_or_none()
    {
        await Assert.ThrowsAnyAsync<DbException>(() => Database.WriteAsync(
            [new Statement(Open, "one", 1L), new Statement(Open, "two", 1L), new Statement(Open, "one", 2L)],
            row => 0,
            Token));

        Assert.Equal(["0"], await AskAsync("SELECT count(*) FROM client_ledger"));
    }

    [Fact]
    public async Task A_write_that_fails_does_not_fail_those_that_run_with_it()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(async number =>
        {
            try
            {
                var client = number % 10 == 3 ? "the same" : $"c{number}";
                var statement = new Statement(Open + " RETURNING epoch", client, (long)number);
                return (await Database.WriteAsync([statement], row => row.GetInt64(0), Token))[0];
            }
            catch (DbException)
            {
                return -1;
            }
        }));

        Assert.Equal(9, outcomes.Count(outcome => outcome == -1));
        Assert.Equal(["91"], await AskAsync("SELECT count(*) FROM client_ledger"));
    }

    [Fact]
    public async Task A_write_is_seen_by_every_read_that_begins_after_its_answer()
    {
        for (var number = 0; number < 50; number++)
        {
            await Database.WriteAsync([new Statement(Open, $"c{number}", 1L)], row => 0, Token);

            var seen = await Database.ReadAsync(
                new Statement("SELECT count(*) FROM client_ledger"), row => row.GetInt64(0), Token);

            Assert.Equal(number + 1, Assert.Single(seen));
        }
    }
}
