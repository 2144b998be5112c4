using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Admission;

public sealed class LiveCallsTests
{
    private readonly LiveCalls _live = new();

    [Fact]
    public void Calls_are_listed_by_client_while_they_run()
    {
        _live.Add(Call("a", 1));
        _live.Add(Call("a", 2));
        _live.Add(Call("b", 3));
        _live.Remove(Call("a", 1));

        Assert.Equal(2, _live.Count);
        Assert.Equal([("a", "2"), ("b", "3")], Listed());
    }

    [Fact]
    public void A_client_without_calls_is_forgotten_and_removing_twice_is_nothing()
    {
        _live.Add(Call("a", 1));
        _live.Remove(Call("a", 1));
        _live.Remove(Call("a", 1));
        _live.Remove(Call("b", 1));

        Assert.Empty(Listed());
        Assert.Equal(0, _live.Count);
    }

    /// <summary>
    /// Guards running streams: a call lost from this list is not renewed, and its slot goes to another after 15 s. The
    /// hard case is a call that comes while the client's last one goes.
    /// </summary>
    [Fact]
    public async Task No_call_is_lost_whatever_comes_and_goes_at_the_same_time()
    {
        const int Threads = 4;
        const int Calls = 20_000;
        using var together = new Barrier(Threads);

        var lost = await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait();
                return Enumerable.Range(0, Calls).Count(i => !ComesAndGoes(Call("a", thread * Calls + i)));
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))).Within();

        Assert.Equal(0, lost.Sum());
        Assert.Empty(Listed());
    }

    private static ModelCall Call(string clientId, long sequence) => Some.Call(sequence: sequence, clientId: clientId);

    private bool ComesAndGoes(ModelCall call)
    {
        _live.Add(call);
        var listed = _live.Of(call.Caller.ClientId).Contains(call);
        _live.Remove(call);
        return listed;
    }

    private IEnumerable<(string ClientId, string Sequences)> Listed() =>
        _live.ClientIds.Select(clientId =>
            (clientId, string.Join(' ', _live.Of(clientId).Select(call => call.RequestId.Sequence).Order())));
}
