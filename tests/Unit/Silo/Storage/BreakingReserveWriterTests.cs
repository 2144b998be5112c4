using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Grains.Clients;
using Sluice.Silo.Storage.Ledger;
using Sluice.Testing;
using Sluice.Unit.Edge;
using Sluice.Unit.Grains;
using Xunit;

namespace Sluice.Unit.Silo.Storage;

/// <summary>Guards a database that is away, and grains that wait for it.</summary>
public sealed class BreakingReserveWriterTests : IReserveWriter
{
    private static readonly ReserveCall Call = new(
        "c", 1, 1, new LedgerReserve([new QuotaReserve("monthly", 1, 10)], [], []));

    private readonly ManualTime _time = new();
    private readonly LogCapture _log = new();
    private readonly BreakingReserveWriter _breaking;
    private Exception? _trouble;
    private bool _answer = true;
    private int _writes;

    public BreakingReserveWriterTests() => _breaking = new BreakingReserveWriter(
        this, new LedgerMetrics(Some.Meters()), _time, new Logger<BreakingReserveWriter>(_log));

    [Fact]
    public async Task What_the_database_answers_is_the_answer()
    {
        Assert.True(await WriteAsync());
        _answer = false;
        Assert.False(await WriteAsync());
        Assert.Equal(2, _writes);
    }

    [Fact]
    public async Task A_database_that_is_away_is_tried_once_a_second_and_is_used_again_when_it_answers()
    {
        _trouble = new NpgsqlException("gone");
        await FailAsync(4);
        Assert.Equal(4, _writes);

        for (var i = 0; i < 100; i++)
        {
            await Assert.ThrowsAsync<TimeoutException>(WriteAsync);
        }

        Assert.Equal(4, _writes);
        _time.Advance(BreakingReserveWriter.BreakTime);
        await Assert.ThrowsAsync<NpgsqlException>(WriteAsync);
        await Assert.ThrowsAsync<TimeoutException>(WriteAsync);
        Assert.Equal(5, _writes);

        _trouble = null;
        _time.Advance(BreakingReserveWriter.BreakTime);
        Assert.True(await WriteAsync());
        Assert.True(await WriteAsync());
        Assert.Single(_log.All.Split('\n'), line => line.StartsWith("Warning", StringComparison.Ordinal));
        Assert.Single(_log.All.Split('\n'), line => line.StartsWith("Information", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_slow_database_is_away()
    {
        _trouble = new TimeoutException();

        await FailAsync(4);

        await Assert.ThrowsAsync<TimeoutException>(WriteAsync);
        Assert.Equal(4, _writes);
    }

    /// <summary>Guards the other clients: one whose values are refused must not stop them.</summary>
    [Theory]
    [InlineData("22003", 20)]
    [InlineData("23514", 20)]
    [InlineData("40P01", 20)]
    [InlineData("57P01", 4)]
    public async Task A_database_that_refuses_a_write_is_there(string state, int writes)
    {
        _trouble = new PostgresException("", "", "", state);

        for (var i = 0; i < 20; i++)
        {
            await Assert.ThrowsAnyAsync<Exception>(WriteAsync);
        }

        Assert.Equal(writes, _writes);
    }

    /// <summary>Guards against clocks that are set: a break is a second, whatever the calendar says.</summary>
    [Fact]
    public async Task A_calendar_that_is_set_back_lengthens_no_break()
    {
        var time = new SetBack(_time);
        var breaking = new BreakingReserveWriter(
            this, new LedgerMetrics(Some.Meters()), time, new Logger<BreakingReserveWriter>(_log));
        _trouble = new TimeoutException();
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => breaking.WriteAsync(Call, CancellationToken.None));
        }

        time.Back = TimeSpan.FromHours(1);
        _trouble = null;
        _time.Advance(BreakingReserveWriter.BreakTime);

        Assert.True(await breaking.WriteAsync(Call, CancellationToken.None));
    }

    Task<bool> IReserveWriter.WriteAsync(ReserveCall call, CancellationToken cancellationToken)
    {
        Assert.Same(Call, call);
        _writes++;
        return _trouble is null ? Task.FromResult(_answer) : Task.FromException<bool>(_trouble);
    }

    ValueTask IAsyncDisposable.DisposeAsync() => ValueTask.CompletedTask;

    private Task<bool> WriteAsync() => _breaking.WriteAsync(Call, CancellationToken.None);

    private async Task FailAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            await Assert.ThrowsAsync(_trouble!.GetType(), WriteAsync);
        }
    }

    private sealed class SetBack(ManualTime time) : TimeProvider
    {
        public TimeSpan Back { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp() => time.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() - Back;
    }
}
