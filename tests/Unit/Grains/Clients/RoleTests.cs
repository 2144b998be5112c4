using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;
using Xunit;
using RuleKind = Sluice.Rules.Limits.LimitKind;

namespace Sluice.Unit.Grains.Clients;

/// <summary>What roles decide about calls, and what is told of it.</summary>
public sealed class RoleTests
{
    private static readonly RoleBook Book = new(
    [
        new Role("free", ["model:m*", "endpoint:chat/completions", "feature:images"], ["model:m-large"]),
        new Role("enterprise", ["model:*", "endpoint:*", "feature:*"], []),
        new Role("slow", ["model:*", "endpoint:*", "feature:*"], [])
        {
            Limits = [new Limit("requests", RuleKind.Rate, 2, 0, TimeSpan.FromMinutes(1))],
        },
        new Role("by-model", ["model:m", "endpoint:*", "feature:*"], []),
    ]);

    private readonly GrainWorld _world = new(Book);
    private long _sequence;

    [Theory]
    [InlineData("m", "chat/completions", 1, 0, false, null)]
    [InlineData("m-large", "chat/completions", 0, 0, false, "role.model")]
    [InlineData("m", "embeddings", 0, 0, false, "role.endpoint")]
    [InlineData("m", "", 0, 0, false, "role.endpoint")]
    [InlineData("m", "chat/completions", 1, 1, false, "role.batch")]
    [InlineData("m", "chat/completions", 0, 2, false, "role.batch")]
    [InlineData("m", "chat/completions", 0, 0, true, "role.priority")]
    public void A_role_lets_through_what_it_allows_and_nothing_else(
        string model, string endpoint, long images, long pages, bool priority, string? refusedBy)
    {
        CreateClient("free");

        var reply = Ask(model, endpoint, images, pages, priority);

        Assert.Equal(
            (refusedBy is null ? Verdict.Admitted : Verdict.RoleForbidden, refusedBy),
            (reply.Verdict, reply.RefusedBy));
    }

    [Theory]
    [InlineData("enterprise", null)]
    [InlineData("admin", null)]
    [InlineData("user", null)]
    [InlineData("auditor", "role.calls")]
    [InlineData("guest", "role.calls")]
    public void Roles_for_all_calls_let_all_through_and_those_for_none_refuse(string role, string? refusedBy)
    {
        CreateClient(role);

        Assert.Equal(refusedBy, Ask("m", "", 3, 3, priority: true).RefusedBy);
    }

    [Fact]
    public void A_plan_still_decides_what_there_is_to_allow()
    {
        CreateClient("enterprise");

        Assert.Equal(Verdict.ModelForbidden, Ask("seen").Verdict);
        Assert.Equal(Verdict.ModelUnknown, Ask("other").Verdict);
    }

    [Fact]
    public void A_refusal_by_a_role_takes_nothing()
    {
        CreateClient("free", GrainWorld.Rate(5), GrainWorld.Slots(1), GrainWorld.Quota(5));

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(Verdict.RoleForbidden, Ask("m", "embeddings").Verdict);
        }

        Assert.All(_world.Inspect().Limits, limit => Assert.Equal(0, limit.Used));
    }

    [Fact]
    public void The_roles_of_a_token_take_away_and_never_add()
    {
        CreateClient("free");

        Assert.Null(Ask("m").RefusedBy);
        Assert.Null(Ask("m", roles: ["enterprise"]).RefusedBy);
        Assert.Equal("role.endpoint", Ask("m", "embeddings", roles: ["enterprise"]).RefusedBy);
        Assert.Equal("role.calls", Ask("m", roles: []).RefusedBy); // Who claims no role is a guest.
        Assert.Equal("role.calls", Ask("m", roles: ["no-such"]).RefusedBy);
        Assert.Equal("role.calls", Ask("m", roles: ["auditor"]).RefusedBy);
        Assert.Null(Ask("m", roles: ["auditor", "by-model"]).RefusedBy);
    }

    [Fact]
    public void A_role_that_is_changed_is_in_force_for_the_next_call_and_told_to_edges()
    {
        CreateClient("user");
        Assert.Equal(Verdict.Admitted, Ask("m").Verdict);

        _world.Done(() => _world.Administration.Replace(GrainWorld.ClientOf("gold") with { Role = "auditor" }));

        Assert.Equal(Verdict.RoleForbidden, Ask("m").Verdict);
    }

    [Fact]
    public void A_role_that_is_none_is_refused_with_those_that_there_are()
    {
        CreateClient("user");

        var reply = _world.Run(() =>
            _world.Administration.Replace(GrainWorld.ClientOf("gold") with { Role = "root" }));

        Assert.Equal(ChangeOutcome.Invalid, reply.Outcome);
        Assert.Equal(
            "role: 'root' is no role; there are admin, auditor, by-model, developer, enterprise, free, guest, slow, "
            + "tenant-admin, user.",
            reply.Detail);
    }

    [Fact]
    public void A_limit_of_a_role_holds_beside_a_larger_one_of_the_same_name_whoever_wrote_that()
    {
        CreateClient("slow", new LimitDefinition
        {
            Name = "requests",
            Kind = Sluice.Grains.Abstractions.Plans.LimitKind.Rate,
            Amount = 500,
            Period = TimeSpan.FromMinutes(1),
        });

        Assert.Equal([Verdict.Admitted, Verdict.Admitted], new[] { Ask("m").Verdict, Ask("m").Verdict });
        var refused = Ask("m");

        Assert.Equal((Verdict.RateLimited, "role.slow.requests"), (refused.Verdict, refused.RefusedBy));
        Assert.Equal(TimeSpan.FromSeconds(30), refused.RetryAfter);
        _world.Restart();
        Assert.Equal("role.slow.requests", Ask("m").RefusedBy); // As durable as any other.
    }

    [Fact]
    public void A_developer_has_a_hundred_requests_a_second()
    {
        CreateClient("developer");

        Assert.Equal(100, _world.AdmitMany(101));
        _world.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(1, _world.AdmitMany(2));
    }

    [Fact]
    public void Why_a_role_refused_is_explained_with_the_roles_that_did()
    {
        CreateClient("free");
        Ask("m", "embeddings");
        var explained = Explain(_sequence);
        Assert.Equal(
            (Verdict.RoleForbidden, "role.endpoint", "free", null),
            (explained.Verdict, explained.RefusedBy, explained.Role, explained.TokenRoles));

        Ask("m", roles: ["by-model", "auditor"]);
        Assert.Equal(("free", "auditor by-model"), (Explain(_sequence).Role, Explain(_sequence).TokenRoles));
    }

    [Theory]
    [InlineData("chat/completions", false, null, Verdict.Admitted)]
    [InlineData("embeddings", false, null, Verdict.RoleForbidden)]
    [InlineData("chat/completions", true, null, Verdict.RoleForbidden)]
    [InlineData("chat/completions", false, "auditor", Verdict.RoleForbidden)]
    [InlineData("chat/completions", false, "enterprise", Verdict.Admitted)]
    public void A_supposed_call_is_decided_by_roles_as_a_call_would_be(
        string endpoint, bool priority, string? tokenRole, Verdict expected)
    {
        CreateClient("free");

        var explained = _world.Run(() => _world.Silo.Client.GetGrain<IClientExplanation>(GrainWorld.ClientId)
            .ExplainCall(new SupposedCall
            {
                Model = "m", Endpoint = endpoint, Priority = priority,
                TokenRoles = tokenRole is null ? null : [tokenRole],
            }))!;

        Assert.Equal((expected, "free", tokenRole), (explained.Verdict, explained.Role, explained.TokenRoles));
    }

    [Fact]
    public void The_models_that_roles_leave_are_told_to_whoever_lists_models()
    {
        CreateClient("free");
        var ofKey = Identify(null);
        var ofToken = Identify(["by-model"]);

        Assert.Equal(["m*"], Assert.Single(ofKey.RoleModels).Allowed);
        Assert.Equal(["m-large"], Assert.Single(ofKey.RoleModels).Denied);
        Assert.Equal([["m*"], ["m"]], ofToken.RoleModels.Select(one => one.Allowed));
        _world.Done(() => _world.Administration.Replace(GrainWorld.ClientOf("gold") with { Role = "user" }));
        Assert.Empty(Identify(null).RoleModels);
    }

    /// <summary>
    /// Guards "a role never grants what it does not allow" where nobody asks the client: an edge knows the model alone.
    /// </summary>
    [Theory]
    [InlineData("user", null, true)]
    [InlineData("by-model", null, true)]
    [InlineData("free", null, false)]
    [InlineData("user", "by-model", true)]
    [InlineData("user", "free", false)]
    public void A_part_of_the_limits_is_lent_only_where_the_model_decides_alone(
        string role, string? tokenRole, bool isLent)
    {
        CreateClient(role, GrainWorld.Rate(100_000));

        var reply = _world.AskTwice(Request("m", "chat/completions", tokenRole is null ? null : [tokenRole]) with
        {
            ChunkDemand = 100,
        });

        Assert.Equal((Verdict.Admitted, isLent), (reply.Verdict, reply.Chunk is not null));
    }

    [Theory]
    [InlineData("by-model", true)]
    [InlineData("free", false)]
    public void In_an_outage_edges_go_on_only_where_the_model_decides_alone(string role, bool isOpen)
    {
        _world.Done(() => _world.PlanGrain("gold").Create(
            GrainWorld.PlanOf("gold", GrainWorld.Rate(100)) with
            {
                Degraded = new DegradedDefinition { Open = true },
            }));
        _world.Done(() => _world.Administration.Create(GrainWorld.ClientOf("gold") with { Role = role }));
        _world.IssueKey(GrainWorld.Digest);

        Assert.Equal(isOpen, Ask("m").Degraded?.Terms?.Open is true);
    }

    private void CreateClient(string role, params LimitDefinition[] limits)
    {
        _world.CreateClient(limits);
        _world.Done(() => _world.Administration.Replace(GrainWorld.ClientOf("gold") with { Role = role }));
    }

    private AdmitReply Ask(
        string model, string endpoint = "chat/completions", long images = 0, long pages = 0, bool priority = false,
        string[]? roles = null) =>
        _world.AskTwice(Request(model, endpoint, roles) with { Images = images, Pages = pages, Priority = priority });

    private AdmitRequest Request(string model, string endpoint, string[]? roles) =>
        GrainWorld.RequestOf(++_sequence, model) with
        {
            Endpoint = endpoint,
            Token = roles is null ? null : new TokenUse { Roles = roles },
        };

    private IdentifyReply Identify(string[]? roles) => _world.Run(() => _world.Admission.Identify(new IdentifyRequest
    {
        KeyVersion = 1,
        SecretDigest = GrainWorld.Digest,
        Token = roles is null ? null : new TokenUse { Roles = roles },
    }));

    private DecisionExplanation Explain(long sequence) => _world.Run(() =>
        _world.Silo.Client.GetGrain<IClientExplanation>(GrainWorld.ClientId)
            .ExplainDecision(new Sluice.Grains.Abstractions.Clients.RequestId(1, sequence)))!;
}
