using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Admission;

/// <summary>Guards the pool: no edge runs a call whose slot its client's owner may have given to another.</summary>
public sealed class SlotFencesTests : IDisposable
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly ManualTime _time = new();
    private readonly LiveCalls _live = new();
    private readonly SlotFences _fences;
    private readonly List<string> _replaced = [];

    public SlotFencesTests()
    {
        _fences = Some.Fences(_live, _time);
        _fences.Replaced += _replaced.Add;
    }

    public void Dispose() => _fences.Dispose();

    [Fact]
    public void A_call_that_nobody_renews_is_ended_before_its_slot_is_given_away()
    {
        var call = Admitted(1, epoch: 1);

        Wait(Ttl - TimeSpan.FromSeconds(2) - Look - Look);
        Assert.False(call.IsCutOff);

        Wait(Look);
        Assert.Equal((503, "slot_lost"), (call.CutOffWith!.Status, call.CutOffWith.Code));
    }

    [Fact]
    public void A_call_that_is_renewed_goes_on_from_before_the_report_was_sent()
    {
        var call = Admitted(1, epoch: 1);
        Wait(TimeSpan.FromSeconds(10));
        var sent = _time.GetTimestamp();
        Wait(TimeSpan.FromSeconds(1));
        Assert.True(Renewed(epoch: 1, sent, call));

        Wait(TimeSpan.FromSeconds(11.5));
        Assert.False(call.IsCutOff);
        Wait(TimeSpan.FromSeconds(0.25));
        Assert.True(call.IsCutOff);
    }

    [Fact]
    public void An_answer_that_comes_when_the_slot_has_lapsed_renews_nothing()
    {
        var call = Admitted(1, epoch: 1);
        var sent = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(13));

        Renewed(epoch: 1, sent: _time.GetTimestamp(), call);

        Assert.Equal(sent, call.SlotSent);
    }

    [Theory]
    [InlineData(1, false)] // By who was not asked.
    [InlineData(2, true)] // By who does not know whether it is over.
    public void An_answer_that_does_not_count_renews_nothing(long epoch, bool isUnsure)
    {
        var call = Admitted(1, epoch: 2);
        var sent = call.SlotSent;
        _time.Advance(TimeSpan.FromSeconds(1));

        _fences.Renewed(Some.ClientId, 2, [call], _time.GetTimestamp(), Reply(epoch) with { IsRenewed = !isUnsure });

        Assert.Equal(sent, call.SlotSent);
    }

    [Fact]
    public void Whoever_was_replaced_is_not_believed_any_more()
    {
        Admitted(1, epoch: 2);

        Assert.False(_fences.Accepts(Live(2), Reply(Verdict.Admitted, epoch: 1), _time.GetTimestamp()));
        Assert.True(_fences.Accepts(Live(3), Reply(Verdict.Admitted, epoch: 2), _time.GetTimestamp()));
        Assert.True(_fences.Accepts(Live(4), Reply(Verdict.Admitted, epoch: 3), _time.GetTimestamp()));
        Assert.False(_fences.Accepts(Live(5), Reply(Verdict.Admitted, epoch: 2), _time.GetTimestamp()));
        Assert.Equal([Some.ClientId, Some.ClientId], _replaced); // For 2 and for 3.
    }

    /// <summary>Guards the report to who is new: it must hold all that the one before has ever given.</summary>
    [Fact]
    public void What_is_reported_to_a_new_owner_is_taken_after_the_one_before_is_not_believed_any_more()
    {
        var call = Admitted(1, epoch: 1);
        var asked = Live(2);

        Assert.False(Renewed(epoch: 2, _time.GetTimestamp(), call)); // It answers, and must be told with its own name.
        var (epoch, admitted, _) = _fences.ReportOf(Some.ClientId, out var running)!.Value;

        Assert.Equal(2, epoch);
        Assert.Equal([call], admitted);
        Assert.Equal([call, asked], running.OrderBy(one => one.RequestId.Sequence));
        Assert.False(_fences.Accepts(asked, Reply(Verdict.Admitted, epoch: 1), _time.GetTimestamp()));
    }

    [Fact]
    public void An_admission_that_came_too_late_to_be_used_is_asked_for_again()
    {
        var sent = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(13));

        Assert.False(_fences.Accepts(Live(1), Reply(Verdict.Admitted, epoch: 1), sent));
    }

    [Fact]
    public void Calls_of_a_lenient_plan_go_on()
    {
        var call = Live(1);
        Assert.True(_fences.Accepts(
            call, Reply(Verdict.Admitted, epoch: 1) with { Fence = SlotFence.Lenient }, _time.GetTimestamp()));

        Wait(2 * Ttl);

        Assert.False(call.IsCutOff);
        Assert.True(call.IsUnrenewed);
    }

    [Fact]
    public void Calls_of_clients_without_a_limit_on_calls_at_once_are_nobodys_matter()
    {
        var call = Live(1);
        Assert.True(_fences.Accepts(
            call, Reply(Verdict.Admitted, epoch: 1) with { Fence = SlotFence.None }, _time.GetTimestamp()));

        Wait(2 * Ttl);

        Assert.False(call.IsCutOff);
        Assert.Empty(_fences.ClientIds);
        Assert.Null(_fences.ReportOf(Some.ClientId, out _));
    }

    /// <summary>Guards a recovering owner: an edge that ran something lately tells that it runs nothing.</summary>
    [Fact]
    public void A_client_is_reported_for_two_slot_times_after_its_last_call()
    {
        var call = Admitted(1, epoch: 1);
        Wait(TimeSpan.FromSeconds(1));
        _live.Remove(call);

        Wait(2 * Ttl - Look);
        Assert.Equal([Some.ClientId], _fences.ClientIds);

        Wait(2 * Look);
        Assert.Empty(_fences.ClientIds);
    }

    private ModelCall Live(long sequence)
    {
        var call = Some.Call(sequence: sequence);
        _live.Add(call);
        return call;
    }

    private ModelCall Admitted(long sequence, long epoch)
    {
        var call = Live(sequence);
        Assert.True(_fences.Accepts(call, Reply(Verdict.Admitted, epoch), _time.GetTimestamp()));
        return call;
    }

    private static AdmitReply Reply(Verdict verdict, long epoch) =>
        FakeClient.Admitted with { Verdict = verdict, Epoch = epoch, Fence = SlotFence.Strict };

    private static ReportReply Reply(long epoch) =>
        new() { Epoch = epoch, IsRenewed = true, SlotTtl = Ttl, Fence = SlotFence.Strict };

    private bool Renewed(long epoch, long sent, params ModelCall[] admitted) =>
        _fences.Renewed(Some.ClientId, epoch: 1, admitted, sent, Reply(epoch));

    private void Wait(TimeSpan length)
    {
        for (var waited = TimeSpan.Zero; waited < length; waited += Look)
        {
            _time.Advance(Look < length - waited ? Look : length - waited);
        }
    }
}
