using Sluice.Grains.Abstractions.Plans;
using Sluice.Silo.Configuration;
using Xunit;

namespace Sluice.Unit.Silo.Configuration;

public sealed class SluiceFileTests : IDisposable
{
    private const string Valid = """
        # What may be written, all of it.
        tenants:
          - tenant: acme
            displayName: "Acme & Söhne"
          - { tenant: other }
        plans:
          - plan: gold
            models:
              use: [qwen*, deepseek-ai/DeepSeek-OCR]
              see:
                - glm-4
            limits: &standard
              - { name: rpm, kind: rate, amount: 60, burst: 10, period: 1m }
              - { name: slots, kind: concurrency, amount: 4 }
              - { name: monthly, kind: quota, amount: 1000000, calendar: month }
          - plan: silver
            reserveFullCap: true
            metered: true
            stopStreams: true
            limits: *standard
          - plan: tokens
            limits:
              - { name: tpm, rate: 100000 tokens/min burst 200000 }
              - { name: ipm, rate: 20 images/10s }
              - { name: in, kind: rate, amount: 5, unit: input-tokens, period: 1s }
              - { name: pages, quota: 50 pages/day }
              - { name: all, kind: quota, amount: 9, unit: tokens, calendar: week }
              - { name: budget, quota: 500000000 cost/month }
            prices:
              - { models: "deepseek-*", input: 270000, output: 1100000 }
              - { models: "*", request: 5, image: 6, page: 7 }
        clients:
          - tenant: acme
            name: bot
            plan: gold
            role: admin
            suspended: true
            limits:
              - { name: rpm, kind: rate, amount: 600, period: 1m }
          - tenant: other
            name: bot
            plan: silver
        pools:
          - name: small
            address: http://10.0.0.7:8000
            models: [qwen-7b]
            keyFile: /run/secrets/pool
            askForUsage: false
          - name: large
            address: http://10.0.0.8:8000
            models: [glm-4]
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-");

    private string FilePath => Path.Combine(_folder.FullName, "sluice.yaml");

    [Fact]
    public void A_limit_may_be_on_trial()
    {
        const string rate = "amount: 60, burst: 10, period: 1m";

        var limits = Load(Valid.Replace(rate, rate + ", shadow: true", StringComparison.Ordinal)).Plans[0].Limits;

        Assert.Equal([true, false, false], limits.Select(limit => limit.Shadow));
    }

    [Fact]
    public void A_plan_says_what_calls_cost() => Assert.Equal(
        [
            new PriceDefinition { Models = "deepseek-*", Input = 270_000, Output = 1_100_000 },
            new PriceDefinition { Models = "*", Request = 5, Image = 6, Page = 7 },
        ],
        Load(Valid).Plans[2].Prices);

    [Fact]
    public void A_file_says_tenants_plans_clients_and_pools()
    {
        var file = Load(Valid);

        Assert.Equal(FilePath, file.Path);
        Assert.Equal(
            [("acme", "Acme & Söhne", FilePath), ("other", "", FilePath)],
            file.Tenants.Select(tenant => (tenant.Tenant, tenant.DisplayName, tenant.OwnedBy)));
        Assert.Equal(
            [("small", "http://10.0.0.7:8000", "qwen-7b", "/run/secrets/pool", false),
             ("large", "http://10.0.0.8:8000", "glm-4", "", true)],
            file.Pools.Select(pool => (pool.Name, pool.Address, pool.Models.Single(), pool.KeyFile, pool.AskForUsage)));
    }

    [Fact]
    public void A_plan_says_its_limits_of_tokens_images_and_pages()
    {
        var plans = Load(Valid).Plans;

        Assert.Equal([false, true, false], plans.Select(plan => plan.ReserveFullCap));
        Assert.Equal([false, true, false], plans.Select(plan => plan.Metered));
        Assert.Equal([false, true, false], plans.Select(plan => plan.StopStreams));
        Assert.Equal(
            [
                new LimitDefinition
                {
                    Name = "tpm", Kind = LimitKind.Rate, Amount = 100_000, Burst = 200_000,
                    Unit = LimitUnit.TotalTokens, Period = TimeSpan.FromMinutes(1),
                },
                new LimitDefinition
                {
                    Name = "ipm", Kind = LimitKind.Rate, Amount = 20, Unit = LimitUnit.Other, UnitName = "images",
                    Period = TimeSpan.FromSeconds(10),
                },
                new LimitDefinition
                {
                    Name = "in", Kind = LimitKind.Rate, Amount = 5, Unit = LimitUnit.InputTokens,
                    Period = TimeSpan.FromSeconds(1),
                },
                new LimitDefinition
                {
                    Name = "pages", Kind = LimitKind.Quota, Amount = 50, Unit = LimitUnit.Other, UnitName = "pages",
                    Calendar = CalendarPeriod.Day,
                },
                new LimitDefinition
                {
                    Name = "all", Kind = LimitKind.Quota, Amount = 9, Unit = LimitUnit.TotalTokens,
                    Calendar = CalendarPeriod.Week,
                },
                new LimitDefinition
                {
                    Name = "budget", Kind = LimitKind.Quota, Amount = 500_000_000, Unit = LimitUnit.Other,
                    UnitName = "cost", Calendar = CalendarPeriod.Month,
                },
            ],
            plans[2].Limits);
    }

    [Fact]
    public void A_plan_says_its_models_and_limits()
    {
        var plan = Load(Valid).Plans[0];

        Assert.Equal(("gold", 0, FilePath), (plan.Plan, plan.Version, plan.OwnedBy));
        Assert.Equal(["qwen*", "deepseek-ai/DeepSeek-OCR"], plan.UsableModels);
        Assert.Equal(["glm-4"], plan.VisibleModels);
        Assert.Equal(
            [
                new LimitDefinition
                {
                    Name = "rpm", Kind = LimitKind.Rate, Amount = 60, Burst = 10, Period = TimeSpan.FromMinutes(1),
                },
                new LimitDefinition { Name = "slots", Kind = LimitKind.Concurrency, Amount = 4 },
                new LimitDefinition
                {
                    Name = "monthly", Kind = LimitKind.Quota, Amount = 1_000_000, Calendar = CalendarPeriod.Month,
                },
            ],
            plan.Limits);
    }

    [Fact]
    public void What_is_anchored_once_may_be_used_again()
    {
        var file = Load(Valid);

        Assert.Equal(file.Plans[0].Limits, file.Plans[1].Limits);
    }

    [Fact]
    public void A_client_says_its_plan_and_what_differs_from_a_plain_user()
    {
        var (first, second) = (Load(Valid).Clients[0], Load(Valid).Clients[1]);

        Assert.Equal(
            ("acme", "bot", "gold", "admin", true),
            (first.Tenant, first.Name, first.Plan, first.Role, first.Suspended));
        Assert.Equal(600, Assert.Single(first.Limits).Amount);
        Assert.Equal(
            ("other", "bot", "silver", "user", false),
            (second.Tenant, second.Name, second.Plan, second.Role, second.Suspended));
        Assert.Empty(second.Limits);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# Nothing yet.\n")]
    [InlineData("tenants:\nplans: ~\nclients: []\n")]
    public void A_file_that_says_nothing_is_valid(string text)
    {
        var file = Load(text);

        Assert.Empty(file.Tenants);
        Assert.Empty(file.Plans);
        Assert.Empty(file.Clients);
        Assert.Empty(file.Pools);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var refused = Assert.Throws<SluiceFileException>(() => SluiceFile.Load(FilePath));

        Assert.StartsWith($"{FilePath}: cannot be read: ", Assert.Single(refused.Mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_mistakes_is_refused_as_a_whole_with_all_of_them()
    {
        var refused = Assert.Throws<SluiceFileException>(() => Load("tenants: 1\npools: 2\n"));

        Assert.Equal(
            [
                $"{FilePath} line 1: tenants: must be a list of objects.",
                $"{FilePath} line 2: pools: must be a list of objects.",
            ],
            refused.Mistakes);
        Assert.Equal(string.Join(Environment.NewLine, refused.Mistakes), refused.Message);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private SluiceFile Load(string text)
    {
        File.WriteAllText(FilePath, text);
        return SluiceFile.Load(FilePath);
    }
}
