using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Silo.Admin;
using Xunit;

namespace Sluice.Unit.Silo.Admin;

public sealed class DocumentMappingTests
{
    private static readonly LimitDefinition[] Limits =
    [
        new() { Name = "rpm", Kind = LimitKind.Rate, Amount = 60, Burst = 10, Period = TimeSpan.FromMinutes(1) },
        new() { Name = "rps", Kind = LimitKind.Rate, Amount = 5, Period = TimeSpan.FromMilliseconds(1_500) },
        new() { Name = "slots", Kind = LimitKind.Concurrency, Amount = 4 },
        new() { Name = "monthly", Kind = LimitKind.Quota, Amount = 1_000, Calendar = CalendarPeriod.Month },
        new()
        {
            Name = "tpm", Kind = LimitKind.Rate, Amount = 9_000, Period = TimeSpan.FromMinutes(1),
            Unit = LimitUnit.TotalTokens,
        },
        new()
        {
            Name = "daily", Kind = LimitKind.Quota, Amount = 50, Calendar = CalendarPeriod.Day,
            Unit = LimitUnit.Other, UnitName = "pages",
        },
    ];

    private readonly List<string> _mistakes = [];

    /// <summary>Guards operators who read a plan, change a line and put it back.</summary>
    [Fact]
    public void A_plan_that_is_read_and_put_back_is_the_same_plan()
    {
        var plan = new PlanDefinition
        {
            Plan = "gold", Version = 3, Limits = Limits, UsableModels = ["qwen*"], VisibleModels = ["glm"],
            ReserveFullCap = true,
            Rotation = new RotationDefinition
            {
                Interval = TimeSpan.Zero, Overlap = TimeSpan.FromHours(36), AcceptEarly = false, Retention = 5,
                Quiet = TimeSpan.FromHours(2),
            },
        };

        var document = plan.ToDocument();
        var back = document.ToDefinition("", _mistakes)!;

        Assert.Empty(_mistakes);
        Assert.Equal(("gold", 3, null), (document.Plan, document.Version, document.OwnedBy));
        Assert.Equal(("gold", 0, ""), (back.Plan, back.Version, back.OwnedBy)); // The plan itself counts its versions.
        Assert.Equal(plan.Limits, back.Limits);
        Assert.True(back.ReserveFullCap);
        Assert.Equal(plan.Rotation, back.Rotation);
        Assert.Equal(
            new KeyRotationDocument(Interval: "0s", Overlap: "36h", AcceptEarly: false, Retention: 5, Quiet: "2h"),
            document.Rotation);
        Assert.Equal(plan.UsableModels, back.UsableModels);
        Assert.Equal(plan.VisibleModels, back.VisibleModels);
    }

    [Fact]
    public void Limits_are_written_as_operators_write_them()
    {
        var plan = new PlanDefinition { Plan = "gold", Limits = Limits, UsableModels = [], OwnedBy = "sluice.yaml" };

        Assert.Equal(
            [
                new LimitDocument("rpm", "rate", 60, 10, "1m"),
                new LimitDocument("rps", "rate", 5, null, "1500ms"),
                new LimitDocument("slots", "concurrency", 4),
                new LimitDocument("monthly", "quota", 1_000, null, null, "month"),
                new LimitDocument("tpm", "rate", 9_000, null, "1m", null, "tokens"),
                new LimitDocument("daily", "quota", 50, null, null, "day", "pages"),
            ],
            plan.ToDocument().Limits!);
        Assert.Equal("sluice.yaml", plan.ToDocument().OwnedBy);
    }

    [Fact]
    public void A_limit_on_trial_is_read_and_put_back_as_one()
    {
        var plan = new PlanDefinition { Plan = "gold", Limits = [Limits[0] with { Shadow = true }], UsableModels = [] };

        var document = plan.ToDocument();

        Assert.True(Assert.Single(document.Limits!).Shadow);
        Assert.Equal(plan.Limits, document.ToDefinition("", _mistakes)!.Limits);
    }

    [Fact]
    public void A_plan_document_may_leave_out_all_but_its_name()
    {
        var plan = new PlanDocument("gold").ToDefinition("file", _mistakes)!;

        Assert.Equal(("gold", "file"), (plan.Plan, plan.OwnedBy));
        Assert.Empty(plan.Limits);
        Assert.Empty(plan.UsableModels);
        Assert.Empty(plan.VisibleModels);
    }

    [Fact]
    public void Every_mistake_in_a_plan_is_told_with_its_place()
    {
        var document = new PlanDocument(
            "gold", Limits: [new LimitDocument("a", "rate", 1), new LimitDocument("", "what", 1, Calendar: "week")]);

        Assert.Null(document.ToDefinition("", _mistakes));

        Assert.Equal(
            [
                "limits[0].period: is missing: a rate has one.",
                "limits[1].name: is missing.",
                "limits[1].kind: 'what' is not rate, concurrency or quota.",
                "limits[1].calendar: only a quota has one.",
            ],
            _mistakes);
    }

    /// <summary>Guards against a 500 for what an operator sent: JSON lists may hold nulls.</summary>
    [Fact]
    public void A_null_in_a_list_is_a_mistake_and_no_exception()
    {
        var document = new PlanDocument(
            "gold", new ModelsDocument([null!, "m"], [null!]), [null!, new LimitDocument("slots", "concurrency", 1)]);

        Assert.Null(document.ToDefinition("", _mistakes));

        Assert.Equal(
            ["limits[0]: must be an object.", "models.use[0]: must be a text.", "models.see[0]: must be a text."],
            _mistakes);
    }

    [Fact]
    public void A_client_is_told_with_the_id_that_its_keys_carry()
    {
        var document = new ClientDefinition
        {
            Tenant = "acme", Name = "bot", Plan = "gold", Role = "admin", Suspended = true, Limits = [Limits[2]],
        }.ToDocument();

        Assert.Equal(Sluice.Rules.Names.ClientId("acme", "bot"), document.Id);
        Assert.Equal(
            ("acme", "bot", "gold", "admin", true, null),
            (document.Tenant, document.Name, document.Plan, document.Role, document.Suspended, document.OwnedBy));
        Assert.Equal([new LimitDocument("slots", "concurrency", 4)], document.Limits);
    }

    /// <summary>Guards whoever mends a plan: one mistake must not hide another of the same limit.</summary>
    [Fact]
    public void Every_mistake_in_a_limit_is_named_at_once()
    {
        var mistakes = new List<string>();

        DocumentMapping.ToDefinitions(
            [new LimitDocument("l", Rate: "5 token/min") { Addresses = ["10.0.0.0/33"] }], mistakes);

        Assert.Equal(["limits[0].addresses", "limits[0].rate"], mistakes.Select(text => text.Split(':')[0]));
    }

    [Fact]
    public void A_tenant_is_told_with_its_owner()
    {
        var owned = new TenantDefinition
        {
            Tenant = "acme", DisplayName = "Acme", OwnedBy = "sluice.yaml", TimeZone = "Asia/Tokyo", Version = 3,
            Origins = ["https://a.example"],
        }.ToDocument();
        var plain = new TenantDefinition { Tenant = "acme" }.ToDocument();

        Assert.Equal(
            new TenantDocument("acme", "Acme", "sluice.yaml", "Asia/Tokyo", null, 3),
            owned with { Limits = null, Origins = null });
        Assert.Equal(["https://a.example"], owned.Origins);
        Assert.Equal(new TenantDocument("acme", "", Version: 0), plain with { Limits = null, Origins = null });
        Assert.Empty(plain.Limits!);
    }

    [Fact]
    public void Live_state_says_what_remains_and_never_less_than_nothing()
    {
        var state = new ClientLiveState
        {
            Epoch = 2,
            Plan = "gold",
            PlanVersion = 3,
            Limits =
            [
                new LimitLiveState("rpm", LimitKind.Rate, default, 60, 10, TimeSpan.FromSeconds(1.5), 0),
                new LimitLiveState(
                    "monthly", LimitKind.Quota, LimitUnit.TotalTokens, 100, 120, TimeSpan.FromDays(1), 120),
            ],
            Slots = [new SlotInfo(new RequestId(10, 31), TimeSpan.FromSeconds(15))],
        };

        var document = state.ToDocument();

        Assert.Equal((2, "gold", 3), (document.Epoch, document.Plan, document.PlanVersion));
        Assert.Equal(
            [
                new LimitStateDocument("rpm", "rate", "requests", 60, 10, 50, 1.5, null),
                new LimitStateDocument("monthly", "quota", "tokens", 100, 120, 0, 86_400, 120),
            ],
            document.Limits);
        Assert.Equal([new SlotDocument("req_a_1f", 15)], document.Slots);
    }
}
