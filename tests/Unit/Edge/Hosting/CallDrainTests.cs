using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Edge.Admission;
using Sluice.Edge.Hosting;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Hosting;

public sealed class CallDrainTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();
    private readonly LiveCalls _live = new();
    private readonly FakeServer _server = new();
    private readonly CallDrain _drain;

    public void Dispose() => _server.Dispose();

    public CallDrainTests() => _drain = new CallDrain(_server, _live, _time, NullLogger<CallDrain>.Instance);

    [Fact]
    public async Task Calls_that_end_in_time_are_left_alone()
    {
        var call = Some.Call();
        _live.Add(call);
        var draining = _drain.RunAsync(Timeout);
        Assert.True(_server.IsStopping); // Nobody new is let in, from the first moment on.

        _time.Advance(Timeout - TimeSpan.FromTicks(1));
        Assert.False(call.IsCutOff);
        _server.End();

        await draining.Within();
        Assert.False(call.IsCutOff);
        Assert.False(_server.IsAborted);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task Calls_that_do_not_are_cut_off_and_told()
    {
        var call = Some.Call();
        _live.Add(call);
        var draining = _drain.RunAsync(Timeout);

        _time.Advance(Timeout);
        await Eventually.True(() => call.IsCutOff, "the call is cut off");
        _server.End(); // Its client has been told.

        await draining.Within();
        Assert.False(_server.IsAborted);
    }

    /// <summary>Guards against a call that was still being decided on when the others were cut off.</summary>
    [Fact]
    public async Task A_call_that_comes_to_its_pool_late_is_cut_off_too()
    {
        var draining = _drain.RunAsync(Timeout);
        _time.Advance(Timeout);
        await Eventually.True(() => _time.ArmedTimers == 2, "the first round is over");
        var late = Some.Call();
        _live.Add(late);

        _time.Advance(TimeSpan.FromMilliseconds(100));
        await Eventually.True(() => late.IsCutOff, "the call is cut off");

        _server.End();
        await draining.Within();
    }

    /// <summary>Guards the stop against clients that do not read what they are sent.</summary>
    [Fact]
    public async Task Connections_that_take_no_word_are_cut_in_the_end()
    {
        var draining = _drain.RunAsync(TimeSpan.Zero);

        while (!_server.IsAborted)
        {
            await Eventually.True(() => _server.IsAborted || _time.ArmedTimers == 2, "it waits for a round");
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        await draining.Within();
        Assert.InRange(_time.GetElapsedTime(0), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5.2));
    }

    /// <summary>A web server that is asked to stop, and does when the test says so.</summary>
    private sealed class FakeServer : IServer
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsStopping { get; private set; }

        public bool IsAborted { get; private set; }

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public void End() => _ended.TrySetResult();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            IsStopping = true;
            cancellationToken.Register(() =>
            {
                IsAborted = true;
                End();
            });
            return _ended.Task;
        }

        public void Dispose()
        {
        }
    }
}
