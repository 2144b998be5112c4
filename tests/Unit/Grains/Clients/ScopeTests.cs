using System.Net;
using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Xunit;
using RequestId = Sluice.Grains.Abstractions.Clients.RequestId;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Guards "a limit counts what it says": what it leaves out costs nothing of it and is not refused.</summary>
public sealed class ScopeTests
{
    private readonly GrainWorld _world = new();
    private long _lastSequence = 1_000;

    [Fact]
    public void A_rate_of_some_models_refuses_calls_of_those_alone()
    {
        _world.CreateClient(GrainWorld.Rate(1) with { Scope = new() { Models = ["m-large*"] } });

        Assert.Equal(Verdict.Admitted, Ask("m-large").Verdict);
        Assert.Equal((Verdict.RateLimited, "rpm"), (Ask("m-large-2").Verdict, Ask("m-large").RefusedBy));
        Assert.Equal(Verdict.Admitted, Ask("m-small").Verdict);
    }

    /// <summary>Guards the headers: what does not bind a call is not told of it.</summary>
    [Fact]
    public void A_rate_that_does_not_count_a_call_is_not_told_with_its_answer()
    {
        _world.CreateClient(GrainWorld.Rate(7) with { Scope = new() { Models = ["m-large*"] } });

        Assert.Equal(("rpm", 6L), (Ask("m-large").Requests.Name, Ask("m-large").Requests.Remaining + 1));
        Assert.Null(Ask("m-small").Requests.Name);
    }

    [Theory]
    [InlineData("chat/completions", "10.1.2.3", Verdict.RateLimited)]
    [InlineData("embeddings", "10.1.2.3", Verdict.Admitted)]
    [InlineData("chat/completions", "11.1.2.3", Verdict.Admitted)]
    [InlineData("", "10.1.2.3", Verdict.Admitted)]
    [InlineData("chat/completions", null, Verdict.Admitted)]
    public void A_call_is_counted_where_it_fits_every_list(string endpoint, string? address, Verdict expected)
    {
        _world.CreateClient(GrainWorld.Rate(1) with
        {
            Scope = new()
            {
                Endpoints = ["completions", "chat/completions"], Addresses = ["10.0.0.0/8"], KeyVersions = [1],
            },
        });
        Ask("m", "chat/completions", "10.9.9.9");

        Assert.Equal(expected, Ask("m", endpoint, address).Verdict);
    }

    [Fact]
    public void Slots_of_some_models_are_those_of_their_calls()
    {
        _world.CreateClient(GrainWorld.Slots(1) with { Scope = new() { Models = ["m-large"] } });

        Assert.Equal(Verdict.Admitted, Ask("m-small").Verdict);
        Assert.Equal(Verdict.Admitted, Ask("m-large").Verdict);
        Assert.Equal(Verdict.NoFreeSlot, Ask("m-large").Verdict);
        Assert.Equal(Verdict.Admitted, Ask("m-small").Verdict);
        Assert.Equal(1, _world.Inspect().Limits.Single().Used);

        Complete(1_002);
        Assert.Equal(Verdict.Admitted, Ask("m-large").Verdict);
    }

    [Fact]
    public void A_quota_of_some_models_counts_and_gives_back_for_those_alone()
    {
        _world.CreateClient(GrainWorld.Quota(100) with { Scope = new() { Models = ["m-large"] } });

        Ask("m-small");
        Ask("m-large");
        Assert.Equal(1, _world.InspectQuota().Used);

        Complete(1_001);
        Assert.Equal(1, _world.InspectQuota().Used);
        Complete(1_002);
        Assert.Equal(0, _world.InspectQuota().Used);
    }

    /// <summary>Guards what is settled where: a call that began elsewhere is still known for what it is.</summary>
    [Fact]
    public void A_client_that_moves_knows_what_its_calls_are()
    {
        var large = new ScopeDefinition { Models = ["m-large"] };
        _world.CreateClient(GrainWorld.Slots(1) with { Scope = large }, GrainWorld.Rate(2) with { Scope = large });
        Ask("m-small");
        Ask("m-large");

        _world.Move();

        Assert.Equal(Verdict.Admitted, Ask("m-small").Verdict);
        _world.Advance(TimeSpan.FromMilliseconds(20)); // Until then ends of calls may be on their way.
        Assert.Equal(Verdict.NoFreeSlot, Ask("m-large").Verdict);
        Complete(1_002, CompletionOutcome.NotDispatched);
        Assert.Equal(Verdict.Admitted, Ask("m-large").Verdict);
        Complete(1_005, CompletionOutcome.NotDispatched);
        Assert.Equal(0, _world.Inspect().Limits.Single(limit => limit.Name == "rpm").Used);
    }

    private AdmitReply Ask(string model, string endpoint = "", string? address = null)
    {
        var request = GrainWorld.RequestOf(0, model) with
        {
            RequestId = new RequestId(1, ++_lastSequence),
            Endpoint = endpoint,
            ClientAddress = AddressBits.Of(address is null ? null : IPAddress.Parse(address)),
        };
        return _world.AskTwice(request);
    }

    private void Complete(long sequence, CompletionOutcome outcome = CompletionOutcome.NotDispatched)
    {
        var batch = new CompletionBatch { Completions = [new Completion(new RequestId(1, sequence), outcome)] };
        _world.Run(async () => await _world.Admission.Complete(batch));
    }
}
