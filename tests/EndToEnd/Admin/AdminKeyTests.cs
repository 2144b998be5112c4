using System.Net;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Admin;

/// <summary>Keys through their life, and changes that are in force for the next request.</summary>
public sealed class AdminKeyTests(SharedSluice shared)
{
    private static readonly string[] Everything = ["*"];

    [Fact]
    public async Task A_key_is_shown_once_and_never_again()
    {
        var access = await shared.Admins.NewAccessAsync();

        var listed = (await shared.Admins.GetAsync($"clients/{access.ClientId}/keys")).Is(HttpStatusCode.OK);

        var key = Assert.Single(listed.Json["items"]!.AsArray())!;
        Assert.Equal(
            [
                "acceptedUntil", "activatesAt", "createdAt", "expiresAt", "fingerprint", "firstUsedAt", "keyId",
                "label", "lastRefusedAt", "lastUsedAt", "refusals", "revokedAt", "revokedReason", "rotatesAt",
                "rotationId", "secretUntil", "state", "uses", "version", "warning",
            ],
            key.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal("test", (string)key["label"]!);
        Assert.DoesNotContain(access.Key[^40..], listed.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_key_is_refused_from_the_next_request_on_and_its_successor_is_not()
    {
        var access = await shared.Admins.NewAccessAsync();
        var next = (await shared.Admins.PostAsync($"clients/{access.ClientId}/keys", new { }))
            .Is(HttpStatusCode.Created);
        (await shared.Sluice.With(access.Key).ChatAsync()).Is(200);

        (await RevokeAsync(access)).Is(HttpStatusCode.NoContent);

        (await shared.Sluice.With(access.Key).ChatAsync()).IsError(401, "api_key_revoked");
        (await shared.Sluice.With(access.Key).GetAsync("/v1/models")).IsError(401, "api_key_revoked");
        (await shared.Sluice.With(next.Text("key")).ChatAsync()).Is(200);
        (await RevokeAsync(access)).Is(HttpStatusCode.NoContent); // Safe to repeat.
        var listed = (await shared.Admins.GetAsync($"clients/{access.ClientId}/keys")).Json["items"]!.AsArray();
        Assert.Equal("lost", (string)listed[0]!["revokedReason"]!);
        Assert.Null(listed[1]!["revokedAt"]);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("0m")]
    [InlineData("59s")]
    [InlineData("91d")]
    public async Task A_lifetime_that_is_none_or_out_of_range_is_400(string lifetime)
    {
        var access = await shared.Admins.NewAccessAsync();

        var answer = await shared.Admins.PostAsync($"clients/{access.ClientId}/keys", new { lifetime });

        Assert.Contains("lifetime", answer.Is(HttpStatusCode.BadRequest).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_version_that_was_never_issued_cannot_be_revoked()
    {
        var access = await shared.Admins.NewAccessAsync();

        (await RevokeAsync(access with { Version = 7 })).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_changed_plan_is_in_force_for_the_next_request_of_every_client()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(1, "1h", burst: 1));
        var client = shared.Sluice.With(access.Key);
        (await client.ChatAsync()).Is(200);
        (await client.ChatAsync()).IsError(429, "rate_limit_exceeded");

        (await shared.Admins.PutAsync(
            $"plans/{access.Plan}", new { models = new { use = Everything }, limits = Array.Empty<object>() }))
            .Is(HttpStatusCode.OK);

        (await client.ChatAsync()).Is(200);
        Assert.Equal(2, (int)(await shared.Admins.GetAsync($"clients/{access.ClientId}/state")).Json["planVersion"]!);
    }

    [Fact]
    public async Task A_clients_own_limit_replaces_its_plans_of_the_same_name()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(1, "1h", burst: 1));
        var client = shared.Sluice.With(access.Key);

        (await shared.Admins.PatchAsync(
            $"clients/{access.ClientId}", new { limits = new[] { Limits.Rate(50, "1h") } })).Is(HttpStatusCode.OK);

        var answer = (await client.ChatAsync()).Is(200);
        Assert.Equal("50", answer.Headers["x-ratelimit-limit-requests"]);
    }

    [Fact]
    public async Task The_live_state_shows_what_is_in_use()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(10, "1h"), Limits.Slots(3), Limits.Quota(100));
        var client = shared.Sluice.With(access.Key);
        (await client.ChatAsync()).Is(200);
        await shared.Admins.AllSlotsFreeAsync(access.ClientId);
        using var running = await client.StreamAsync(simulate: "hang-after=1");

        var state = (await shared.Admins.GetAsync($"clients/{access.ClientId}/state")).Is(HttpStatusCode.OK).Json;

        var slot = Assert.Single(state["slots"]!.AsArray())!;
        Assert.Equal(running.Headers["x-request-id"], (string)slot["requestId"]!);
        Assert.InRange((double)slot["expiresInSeconds"]!, 0.001, 15);
        var limits = state["limits"]!.AsArray().ToDictionary(limit => (string)limit!["name"]!, limit => limit!);
        Assert.Equal((2, 8), ((int)limits["requests"]["used"]!, (int)limits["requests"]["remaining"]!));
        Assert.Equal((1, 2), ((int)limits["at-once"]["used"]!, (int)limits["at-once"]["remaining"]!));
        Assert.Equal((2, 98), ((int)limits["monthly"]["used"]!, (int)limits["monthly"]["remaining"]!));
        Assert.True((int)limits["monthly"]["reserved"]! >= 2);
    }

    private Task<AdminAnswer> RevokeAsync(Access access) => shared.Admins.PostAsync(
        $"clients/{access.ClientId}/keys/{access.Version}/revoke", new { reason = "lost" });
}
