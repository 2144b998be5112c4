using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules.Credentials;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Guards clients whose credentials may be used from some addresses only.</summary>
public sealed class AddressTests
{
    private static readonly UInt128 Inside = AddressPrefix.NumberOf([10, 1, 2, 3]);
    private static readonly UInt128 Outside = AddressPrefix.NumberOf([11, 1, 2, 3]);

    private readonly GrainWorld _world = new();
    private long _sequence;

    [Fact]
    public void Only_calls_from_an_allowed_network_are_let_in_and_a_refusal_takes_nothing()
    {
        CreateClient(GrainWorld.Rate(5), GrainWorld.Slots(1), GrainWorld.Quota(5));

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(Verdict.AddressForbidden, Ask(Outside).Verdict);
        }

        Assert.All(_world.Inspect().Limits, limit => Assert.Equal(0, limit.Used));
        Assert.Equal(Verdict.Admitted, Ask(Inside).Verdict);
    }

    [Fact]
    public void A_call_from_nobody_knows_where_is_not_from_an_allowed_network()
    {
        CreateClient();

        Assert.Equal(Verdict.AddressForbidden, Ask(UInt128.Zero).Verdict);
    }

    /// <summary>Who has not the secret does not learn from where it would be taken.</summary>
    [Fact]
    public void A_wrong_key_is_told_to_be_wrong_wherever_it_comes_from()
    {
        CreateClient();

        Assert.Equal(Verdict.UnknownKey, Ask(Outside, GrainWorld.DigestOf("another")).Verdict);
    }

    [Fact]
    public void A_token_is_bound_to_the_same_addresses()
    {
        CreateClient();

        Assert.Equal(Verdict.AddressForbidden, Ask(Outside, token: new TokenUse()).Verdict);
        Assert.Equal(Verdict.Admitted, Ask(Inside, token: new TokenUse()).Verdict);
    }

    [Fact]
    public void Who_asks_what_a_key_is_worth_is_told_by_where_it_is_used()
    {
        CreateClient();

        Assert.Equal(Verdict.AddressForbidden, Identify(Outside));
        Assert.Equal(Verdict.Admitted, Identify(Inside));
        Assert.Equal(Verdict.Admitted, Identify(null)); // Grains ask for themselves.
    }

    [Fact]
    public void A_list_is_in_force_for_the_next_call_and_an_empty_one_allows_all()
    {
        CreateClient();

        _world.Done(() => _world.Administration.Replace(GrainWorld.ClientOf("gold")));

        Assert.Equal(Verdict.Admitted, Ask(Outside).Verdict);
    }

    [Fact]
    public void A_network_that_cannot_be_read_is_refused_and_changes_nothing()
    {
        CreateClient();

        var reply = _world.Run(() => _world.Administration.Replace(
            GrainWorld.ClientOf("gold") with { AllowedAddresses = ["10.0.0.0/8", "somewhere"] }));

        Assert.Equal(ChangeOutcome.Invalid, reply.Outcome);
        Assert.Contains("allowedAddresses", reply.Detail, StringComparison.Ordinal);
        Assert.Equal(Verdict.AddressForbidden, Ask(Outside).Verdict);
    }

    [Fact]
    public void Edges_are_told_that_what_they_decide_by_themselves_is_bound_to_an_address()
    {
        _world.Done(() => _world.PlanGrain("gold").Create(
            GrainWorld.PlanOf("gold", GrainWorld.Rate(100_000)) with
            {
                Degraded = new DegradedDefinition { Open = true },
            }));
        _world.Done(() => _world.Administration.Create(
            GrainWorld.ClientOf("gold") with { AllowedAddresses = ["10.0.0.0/8"] }));
        _world.IssueKey(GrainWorld.Digest);

        var reply = Ask(Inside, demand: 100);

        Assert.Equal((true, true), (reply.Chunk?.OfAddress, reply.Degraded?.Terms?.OfAddress));
    }

    private void CreateClient(params LimitDefinition[] limits)
    {
        _world.CreateClient(limits);
        _world.Done(() => _world.Administration.Replace(
            GrainWorld.ClientOf("gold") with { AllowedAddresses = ["10.0.0.0/8", "2001:db8::/32"] }));
    }

    private AdmitReply Ask(UInt128 from, byte[]? digest = null, TokenUse? token = null, long demand = 0)
    {
        var request = GrainWorld.RequestOf(++_sequence, "m") with
        {
            ClientAddress = from, Token = token, ChunkDemand = demand,
        };
        return _world.AskTwice(digest is null ? request : request with { SecretDigest = digest });
    }

    private Verdict Identify(UInt128? from) => _world.Run(() => _world.Admission.Identify(new IdentifyRequest
    {
        KeyVersion = 1, SecretDigest = GrainWorld.Digest, ClientAddress = from,
    })).Verdict;
}
