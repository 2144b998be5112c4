using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Credentials;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Credentials;

public sealed class CallersTests
{
    private readonly FakeCluster _cluster = new();
    private readonly ManualTime _time = new();
    private readonly Callers _callers;

    public CallersTests() => _callers = new Callers(
        _cluster, Options.Create(new EdgeOptions { DecisionTimeout = TimeSpan.FromSeconds(3) }), _time);

    [Fact]
    public async Task A_grain_that_cannot_be_reached_is_asked_again()
    {
        _cluster.Client.OnIdentify = () => _cluster.Client.Identifies.Count < 3
            ? Task.FromException(new SiloUnavailableException())
            : Task.CompletedTask;
        var identifying = Identify();

        await AdvanceUntilDone(identifying);

        Assert.Equal(Verdict.Admitted, (await identifying).Verdict);
        Assert.Equal(3, _cluster.Client.Identifies.Count);
    }

    [Fact]
    public async Task A_grain_that_stays_out_of_reach_is_given_up_at_the_time_out()
    {
        _cluster.Client.OnIdentify = () => Task.FromException(new SiloUnavailableException());
        var identifying = Identify();

        await AdvanceUntilDone(identifying);

        await Assert.ThrowsAsync<SiloUnavailableException>(() => identifying);
        Assert.InRange(
            _time.GetElapsedTime(0), TimeSpan.FromSeconds(3) - Repeat.PauseMax, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_grain_that_does_not_answer_is_given_up_at_the_time_out()
    {
        _cluster.Client.OnIdentify = () => new TaskCompletionSource().Task;
        var identifying = Identify();

        _time.Advance(TimeSpan.FromSeconds(3));

        await Assert.ThrowsAsync<TimeoutException>(() => identifying.Within());
    }

    [Fact]
    public async Task A_grain_that_has_too_much_to_do_is_not_asked_again()
    {
        _cluster.Client.OnIdentify = () => Task.FromException(new LimitExceededException());

        await Assert.ThrowsAsync<LimitExceededException>(() => Identify().Within());

        Assert.Single(_cluster.Client.Identifies);
    }

    private Task<IdentifyReply> Identify() => _callers.IdentifyAsync(Some.Call(), CancellationToken.None).AsTask();

    private async Task AdvanceUntilDone(Task task)
    {
        while (true)
        {
            await Eventually.True(() => task.IsCompleted || _time.ArmedTimers > 0, "the grain is asked again");
            if (task.IsCompleted)
            {
                return;
            }

            _time.Advance(TimeSpan.FromMilliseconds(5));
        }
    }
}
