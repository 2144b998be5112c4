using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Abstractions.Calls;
using Sluice.Silo.Storage.Calls;

namespace Sluice.Cluster.Storage;

/// <summary>
/// Guards the call log: what was told is found, once, by client and by time, and goes when its time is over.
/// </summary>
public abstract class CallLogTests : StorageTest
{
    private const string One = "0123456789Ab";
    private const string Other = "0123456789Cd";

    private protected CallLogTests(TestPlace place)
        : base(place)
    {
    }

    private DatabaseCallLog Log => Silo.GetRequiredService<DatabaseCallLog>();

    [Fact]
    public async Task What_was_told_is_found_once_by_client_and_by_time()
    {
        var batch = Batch(number: 1, Call(1, 10, One), Call(2, 20, Other), Call(3, 30, One), Call(4, 40, ""));
        await Log.AppendAsync(batch, Token);
        await Log.AppendAsync(batch, Token);
        await Log.AppendAsync(Batch(number: 2, Call(5, at: 50, One)), Token);

        Assert.Equal([1, 3, 2, 4, 5], await FindAsync(client: null, 0, 100));
        Assert.Equal([1, 3, 5], await FindAsync(One, 0, 100));
        Assert.Equal([4], await FindAsync("", 0, 100));
        Assert.Equal([5], await FindAsync(One, 31, 100));
        Assert.Equal([1, 3], await FindAsync(One, 0, 50));
    }

    [Fact]
    public async Task Pages_have_every_row_once()
    {
        for (var number = 1; number <= 2 * DatabaseCallLog.PageMost + 3; number++)
        {
            await Log.AppendAsync(Batch(number, Call(number, at: number % 7, number % 2 == 0 ? One : Other)), Token);
        }

        Assert.Equal(
            Enumerable.Range(1, 2 * DatabaseCallLog.PageMost + 3).Select(number => (long)number),
            (await FindAsync(client: null, 0, 100)).Order());
    }

    [Fact]
    public async Task A_call_is_told_as_it_was_and_empty_members_are_left_out()
    {
        await Log.AppendAsync(
            Batch(
                number: 1,
                Call(31, at: 1_500_000, One) with
                {
                    KeyVersion = 2, Method = "POST", Path = "/v1/chat/completions", Status = 429,
                    Code = "rate_limit_exceeded", Duration = 1_250, Address = 0xFFFF_CB00_7107, Agent = "me \"1\"\n",
                    Model = "m", IsDecided = true,
                }),
            Token);

        var lines = (await Log.ReadAsync(new CallSelection(One, 0, long.MaxValue), CallPage.None, Token))[0].Lines;

        Assert.StartsWith(
            """{"requestId":"req_7_1f","at":"1970-01-01T00:00:01.5Z","client":"0123456789Ab","keyVersion":2,""" +
            """
            "credential":"key","method":"POST","path":"/v1/chat/completions","status":429,"code":"rate_limit_exceeded",
            """.TrimEnd() +
            """
            "latencyMs":1.25,"clientIp":"203.0.113.7","userAgent":"me \u00221\u0022\n","model":"m","pool":"",
            """.TrimEnd(),
            lines, StringComparison.Ordinal);
        Assert.Contains("\"decision\":\"dec_0123456789Ab_", lines, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_edges_could_not_keep_is_counted_once_for_each()
    {
        await Log.AppendAsync(Batch(number: 1, Call(1, at: 1, One)) with { Dropped = 5 }, Token);
        await Log.AppendAsync(Batch(number: 2, Call(2, at: 2, One)) with { Dropped = 7 }, Token);
        await Log.AppendAsync(Batch(number: 1, Call(1, at: 1, One)) with { EdgeSession = 8, Dropped = 2 }, Token);

        Assert.Equal(9, await Log.DroppedAsync(Token));
    }

    [Fact]
    public async Task What_ended_before_a_moment_is_forgotten_and_nothing_else()
    {
        await Log.AppendAsync(Batch(number: 1, Call(1, at: 10, One)), Token);
        await Log.AppendAsync(Batch(number: 2, Call(2, at: 10, One), Call(3, at: 30, One)), Token);

        Assert.Equal(1, await Log.ForgetAsync(20, Token));

        Assert.Equal([2, 3], await FindAsync(client: null, 0, 100));
        Assert.Equal(0, await Log.ForgetAsync(20, Token));
    }

    private static CallBatch Batch(long number, params CallRecord[] calls) =>
        new() { EdgeSession = 7, Number = number, Calls = calls };

    private static CallRecord Call(long sequence, long at, string client) =>
        new() { Sequence = sequence, At = at, ClientId = client };

    /// <summary>The sequences of the calls, row by row.</summary>
    private async Task<List<long>> FindAsync(string? client, long from, long to)
    {
        var found = new List<long>();
        var after = CallPage.None;
        for (var more = true; more;)
        {
            var page = await Log.ReadAsync(new CallSelection(client, from, to), after, Token);
            found.AddRange(page.SelectMany(row => row.Lines.Split('\n')).Select(line =>
                Convert.ToInt64(CallLine.Read(line)!.RequestId.Split('_')[2], 16)));
            (more, after) = (page.Count == DatabaseCallLog.PageMost, page.Count > 0 ? page[^1] : after);
        }

        return found;
    }
}
