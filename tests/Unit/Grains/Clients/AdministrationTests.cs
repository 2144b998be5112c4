using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

public sealed class AdministrationTests
{
    private static readonly byte[] OtherDigest = [.. Enumerable.Repeat((byte)7, 32)];

    private readonly GrainWorld _world = new();

    [Fact]
    public void A_client_with_a_key_is_admitted_and_known_by_it()
    {
        _world.CreateClient();

        Assert.Equal(Verdict.Admitted, _world.Admit().Verdict);
        var identity = Identify();
        Assert.Equal((Verdict.Admitted, "acme", "user"), (identity.Verdict, identity.Tenant, identity.Role));
        Assert.Equal(["m*"], identity.UsableModels);
        Assert.Equal(["seen"], identity.VisibleModels);
    }

    [Theory]
    [InlineData("m", 1, true, Verdict.Admitted)]
    [InlineData("m-large", 1, true, Verdict.Admitted)]
    [InlineData("seen", 1, true, Verdict.ModelForbidden)]
    [InlineData("other", 1, true, Verdict.ModelUnknown)]
    [InlineData("m", 2, true, Verdict.UnknownKey)]
    [InlineData("m", 1, false, Verdict.UnknownKey)]
    public void A_request_needs_the_right_key_and_a_model_of_its_plan(
        string model, int keyVersion, bool rightSecret, Verdict verdict)
    {
        _world.CreateClient();

        Assert.Equal(verdict, _world.Admit(model, keyVersion, rightSecret ? null : OtherDigest).Verdict);
    }

    [Fact]
    public void A_client_is_made_once_and_stays_after_a_restart()
    {
        _world.CreateClient();

        var again = _world.Run(() => _world.Administration.Create(GrainWorld.ClientOf("gold")));
        _world.Restart();

        Assert.Equal(
            new ChangeReply(ChangeOutcome.AlreadyExists, "Tenant 'acme' has a client 'bot' already."), again);
        Assert.Equal(Verdict.Admitted, _world.Admit().Verdict);
    }

    [Fact]
    public void A_client_that_cannot_be_is_refused_with_every_mistake_and_not_stored()
    {
        var client = GrainWorld.ClientOf("nowhere", GrainWorld.Quota(0)) with { Role = "root" };

        var reply = _world.Run(() => _world.Administration.Create(client));

        Assert.Equal(
            new ChangeReply(
                ChangeOutcome.Invalid,
                "limits[0].amount: 0 is not between 1 and 1000000000000. "
                + "role: 'root' is no role; there are admin, auditor, developer, guest, tenant-admin, user. "
                + "plan: there is no plan 'nowhere'."),
            reply);
        Assert.Equal(0, _world.Storage.Writes);
    }

    [Fact]
    public void A_clients_id_follows_from_its_tenant_and_name()
    {
        var reply = _world.Run(() => _world.Administration.Create(GrainWorld.ClientOf("gold") with { Name = "other" }));

        Assert.Equal(
            new ChangeReply(ChangeOutcome.Invalid, "The client's id does not follow from its tenant and name."), reply);
    }

    [Fact]
    public void A_change_is_in_force_for_the_next_request()
    {
        _world.CreateClient();

        Replace(GrainWorld.ClientOf("gold") with { Suspended = true });
        Assert.Equal(Verdict.ClientSuspended, _world.Admit().Verdict);

        Replace(GrainWorld.ClientOf("gold", GrainWorld.Slots(1)));
        Assert.Equal(Verdict.Admitted, _world.Admit().Verdict);
        Assert.Equal((Verdict.NoFreeSlot, "slots"), Refusal());
    }

    [Fact]
    public void A_revoked_key_is_refused_with_the_next_request_and_for_good()
    {
        _world.CreateClient();
        Assert.Equal(2, _world.IssueKey(OtherDigest).Version);

        _world.Done(() => _world.Administration.RevokeKey(new RevokeKeyRequest { Version = 1, Reason = "leaked" }));

        Assert.Equal(Verdict.KeyRevoked, _world.Admit().Verdict);
        Assert.Equal(Verdict.Admitted, _world.Admit(keyVersion: 2, digest: OtherDigest).Verdict);
        _world.Restart();
        Assert.Equal(Verdict.KeyRevoked, _world.Admit().Verdict);
        Assert.Equal(Verdict.KeyRevoked, Identify().Verdict);
    }

    [Fact]
    public void Keys_are_listed_oldest_first_with_their_ends()
    {
        _world.CreateClient();
        _world.Jump(TimeSpan.FromHours(1));
        var issued = _world.IssueKey(OtherDigest, label: "ci");
        _world.Done(() => _world.Administration.RevokeKey(new RevokeKeyRequest { Version = 1, Reason = "old" }));

        var keys = _world.Run(() => _world.Administration.ListKeys());

        Assert.Equal(
            [(1, "", (DateTimeOffset?)_world.UtcNow, "old"), (2, "ci", null, "")],
            keys.Select(key => (key.Version, key.Label, key.RevokedAt, key.RevokedReason)));
        Assert.Equal(_world.UtcNow + TimeSpan.FromDays(90), issued.ExpiresAt);
        Assert.Equal(issued.ExpiresAt, keys[1].ExpiresAt);
    }

    [Fact]
    public void A_key_ends_at_its_time()
    {
        _world.CreateClient();
        _world.Run(() => _world.Administration.IssueKey(
            new IssueKeyRequest { SecretDigest = OtherDigest, Lifetime = TimeSpan.FromMinutes(1) }));

        _world.Jump(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.Admitted, _world.Admit(keyVersion: 2, digest: OtherDigest).Verdict);

        _world.Jump(TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.KeyExpired, _world.Admit(keyVersion: 2, digest: OtherDigest).Verdict);
    }

    /// <summary>Guards against two keys from one request whose answer was lost.</summary>
    [Fact]
    public void Issuing_the_same_secret_again_is_the_same_key()
    {
        _world.CreateClient();

        Assert.Equal(1, _world.IssueKey(GrainWorld.Digest).Version);
        Assert.Single(_world.Run(() => _world.Administration.ListKeys()));
    }

    [Fact]
    public void A_key_that_cannot_be_is_refused_with_its_mistake()
    {
        _world.CreateClient();

        Assert.Equal("secretDigest: not 32 bytes.", Mistake(new IssueKeyRequest { SecretDigest = new byte[31] }));
        Assert.Equal(
            "lifetime: 00:00:59 is not between 1 minute and 90 days.",
            Mistake(new IssueKeyRequest { SecretDigest = OtherDigest, Lifetime = TimeSpan.FromSeconds(59) }));
        Assert.Equal(
            "lifetime: 91.00:00:00 is not between 1 minute and 90 days.",
            Mistake(new IssueKeyRequest { SecretDigest = OtherDigest, Lifetime = TimeSpan.FromDays(91) }));
        Assert.Equal(
            "label: longer than 200 characters.",
            Mistake(new IssueKeyRequest { SecretDigest = OtherDigest, Label = new string('l', 201) }));
    }

    [Fact]
    public void A_client_has_a_hundred_key_versions_at_most()
    {
        _world.CreateClient();
        for (var version = 2; version <= 100; version++)
        {
            Assert.Equal(version, _world.IssueKey([.. Enumerable.Repeat((byte)version, 32)]).Version);
        }

        Assert.Equal(
            "The client has 100 key versions, which is the most.",
            Mistake(new IssueKeyRequest { SecretDigest = [.. Enumerable.Repeat((byte)101, 32)] }));
    }

    [Fact]
    public void A_version_that_was_never_issued_cannot_be_revoked()
    {
        _world.CreateClient();

        var reply = _world.Run(() => _world.Administration.RevokeKey(new RevokeKeyRequest { Version = 2 }));

        Assert.Equal(
            new ChangeReply(ChangeOutcome.NotFound, $"Client {GrainWorld.ClientId} has no key version 2."), reply);
    }

    [Fact]
    public void What_a_file_owns_only_the_file_changes()
    {
        _world.Done(() => _world.PlanGrain("gold").Create(GrainWorld.PlanOf("gold")));
        var owned = GrainWorld.ClientOf("gold") with { OwnedBy = "sluice.yaml" };
        _world.Done(() => _world.Administration.Create(owned));

        foreach (var owner in new[] { "", "other.yaml" })
        {
            var change = owned with { OwnedBy = owner, Suspended = true };
            var reply = _world.Run(() => _world.Administration.Replace(change));
            Assert.Equal(new ChangeReply(ChangeOutcome.OwnedByFile, "sluice.yaml"), reply);
        }

        Replace(owned with { Suspended = true });
        Assert.True(_world.Run(() => _world.Administration.Describe())!.Suspended);
    }

    [Fact]
    public void A_file_may_take_over_what_nobody_owns()
    {
        _world.CreateClient();

        Replace(GrainWorld.ClientOf("gold") with { OwnedBy = "sluice.yaml" });

        Assert.Equal("sluice.yaml", _world.Run(() => _world.Administration.Describe())!.OwnedBy);
    }

    private void Replace(ClientDefinition client) => _world.Done(() => _world.Administration.Replace(client));

    private (Verdict Verdict, string? RefusedBy) Refusal()
    {
        var reply = _world.Admit();
        return (reply.Verdict, reply.RefusedBy);
    }

    private string Mistake(IssueKeyRequest request)
    {
        var reply = _world.Run(() => _world.Administration.IssueKey(request));
        Assert.Equal(ChangeOutcome.Invalid, reply.Reply.Outcome);
        return reply.Reply.Detail;
    }

    private IdentifyReply Identify() => _world.Run(() => _world.Admission.Identify(
        new IdentifyRequest { KeyVersion = 1, SecretDigest = GrainWorld.Digest }));
}
