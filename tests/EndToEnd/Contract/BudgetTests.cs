using System.Net;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Contract;

/// <summary>A limit in money, from the words of an operator to the answer of a call.</summary>
public sealed class BudgetTests(SharedSluice shared)
{
    private const long Input = 2_000_000;
    private const long Output = 8_000_000;
    private const long Request = 50;
    private const long Budget = 2_000;

    [Fact]
    public async Task Calls_are_charged_by_their_price_until_the_budget_is_used_up()
    {
        var access = await shared.Admins.NewAccessAsync();
        await SetAsync(access, new { models = "*", input = Input, output = Output, request = Request });
        var client = shared.Sluice.With(access.Key);

        var spent = 0L;
        for (var calls = 0; calls < 40; calls++)
        {
            var answer = await client.ChatAsync("\"max_tokens\":64");
            if (answer.Status != 200)
            {
                answer.IsError(429, "insufficient_quota");
                Assert.Equal("budget", answer.Headers["x-sluice-limit"]);
                Assert.InRange(spent, Budget - (64 * Output / 1_000_000) - 400, Budget);
                return;
            }

            var usage = answer.Json["usage"]!;
            var millionths = (1_000_000 * Request)
                + (Input * (long)usage["prompt_tokens"]!) + (Output * (long)usage["completion_tokens"]!);
            spent += (millionths + 999_999) / 1_000_000;
            await shared.Admins.AllSlotsFreeAsync(access.ClientId);
            Assert.Equal(spent, (await shared.Admins.StateAsync(access.ClientId)).Used["budget"]);
        }

        Assert.Fail($"40 calls went through for {spent} millionths, and the budget is {Budget}.");
    }

    [Fact]
    public async Task A_plan_says_its_prices_again_and_must_have_one_for_every_model()
    {
        var access = await shared.Admins.NewAccessAsync();
        await SetAsync(access, new { models = "*", input = Input, output = Output, request = Request });

        var plan = (await shared.Admins.GetAsync($"plans/{access.Plan}")).Is(HttpStatusCode.OK).Json;
        var refused = await shared.Admins.PutAsync(
            $"plans/{access.Plan}",
            PlanOf(access, new { models = "deepseek-*", input = 1L, output = -1L, request = 0L }));

        Assert.Equal(
            """[{"models":"*","input":2000000,"output":8000000,"request":50,"image":0,"page":0}]""",
            plan["prices"]!.ToJsonString());
        var detail = (string)refused.Is(HttpStatusCode.BadRequest).Json["detail"]!;
        Assert.Contains("prices[0].output: -1 is not between 0 and", detail, StringComparison.Ordinal);
        Assert.Contains("every model needs a price", detail, StringComparison.Ordinal);
    }

    private static object PlanOf(Access access, object price) => new
    {
        plan = access.Plan,
        models = new { use = new[] { "*" } },
        limits = new[] { new { name = "budget", quota = $"{Budget} cost/month" } },
        prices = new[] { price },
    };

    private async Task SetAsync(Access access, object price) =>
        (await shared.Admins.PutAsync($"plans/{access.Plan}", PlanOf(access, price))).Is(HttpStatusCode.OK);
}
