using Sluice.Silo.Storage.Ledger;
using Sluice.Testing;

namespace Sluice.Cluster.Storage;

/// <summary>Group commit by itself, over a write that the test holds back.</summary>
public sealed class GroupWriterTests : IAsyncDisposable
{
    private readonly List<IReadOnlyList<string>> _groups = [];
    private readonly SemaphoreSlim _mayWrite = new(0);
    private readonly SemaphoreSlim _writing = new(0);
    private readonly GroupWriter<string, string> _writer;

    public GroupWriterTests() => _writer = Make(TimeSpan.FromMinutes(1));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_queues_while_one_write_runs_is_written_together_in_the_next()
    {
        var first = await BeginAsync("a");
        var rest = Enumerable.Range(0, 10).Select(number => _writer.WriteAsync($"{number}", Token)).ToArray();

        _mayWrite.Release(2);

        Assert.Equal("A", await first.Within());
        Assert.Equal(Enumerable.Range(0, 10).Select(number => $"{number}"), await Task.WhenAll(rest).Within());
        Assert.Equal([1, 10], _groups.Select(group => group.Count));
    }

    [Fact]
    public async Task Calls_with_one_key_go_one_after_the_other_in_their_order()
    {
        var first = await BeginAsync("a");
        Task[] rest = [.. "b1 b2 c1 b3".Split(' ').Select(call => _writer.WriteAsync(call, Token))];

        _mayWrite.Release(4);

        await Task.WhenAll([first, .. rest]).Within();
        Assert.Equal(["a", "b1 c1", "b2", "b3"], _groups.Select(group => string.Join(' ', group)));
    }

    [Fact]
    public async Task A_refused_call_is_found_by_trying_each_by_itself()
    {
        var first = await BeginAsync("a");
        var (bad, good) = (_writer.WriteAsync("refused", Token), _writer.WriteAsync("b", Token));

        _mayWrite.Release(4);

        await first.Within();
        await Assert.ThrowsAsync<FormatException>(() => bad).Within();
        Assert.Equal("B", await good.Within());
    }

    [Fact]
    public async Task A_failed_database_fails_the_group_at_once_and_not_the_next_one()
    {
        var first = await BeginAsync("a");
        var (down, also) = (_writer.WriteAsync("down", Token), _writer.WriteAsync("b", Token));
        _mayWrite.Release(2);
        await first.Within();
        await Assert.ThrowsAsync<IOException>(() => down).Within();
        await Assert.ThrowsAsync<IOException>(() => also).Within();

        _mayWrite.Release();

        Assert.Equal("C", await _writer.WriteAsync("c", Token).Within());
    }

    [Fact]
    public async Task A_call_behind_a_write_that_hangs_fails_in_time_and_is_not_written_later()
    {
        await using var impatient = Make(TimeSpan.FromMilliseconds(50));
        var hanging = impatient.WriteAsync("a", Token);
        await _writing.WaitAsync(Token).Within();

        await Assert.ThrowsAsync<TimeoutException>(() => impatient.WriteAsync("b", Token)).Within();
        await Assert.ThrowsAsync<TimeoutException>(() => hanging).Within();

        _mayWrite.Release(2);
        await impatient.DisposeAsync();
        Assert.Equal(["a"], _groups.Select(group => string.Join(' ', group)));
    }

    [Fact]
    public async Task Closing_writes_what_waits()
    {
        var first = await BeginAsync("a");
        var second = _writer.WriteAsync("b", Token);
        var closing = _writer.DisposeAsync().AsTask();

        _mayWrite.Release(2);

        await closing.Within();
        Assert.Equal(("A", "B"), (await first, await second));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _writer.WriteAsync("c", Token));
    }

    public async ValueTask DisposeAsync()
    {
        _mayWrite.Release(100);
        await _writer.DisposeAsync();
        _mayWrite.Dispose();
        _writing.Dispose();
    }

    private GroupWriter<string, string> Make(TimeSpan timeout) => new(
        WriteAsync, call => call[..1], exception => exception is FormatException, timeout, TimeProvider.System);

    /// <summary>Sends a call and waits until it is being written.</summary>
    private async Task<Task<string>> BeginAsync(string call)
    {
        var answer = _writer.WriteAsync(call, Token);
        await _writing.WaitAsync(Token).Within();
        return answer;
    }

    private async Task<IReadOnlyList<string>> WriteAsync(IReadOnlyList<string> calls)
    {
        _writing.Release();
        await _mayWrite.WaitAsync();
        _groups.Add(calls);
        return calls.Contains("refused") ? throw new FormatException()
            : calls.Contains("down") ? throw new IOException()
            : [.. calls.Select(call => call.ToUpperInvariant())];
    }
}
