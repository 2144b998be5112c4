using System.Net;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Keys;

/// <summary>Keys that are rotated, as an operator's script does it and as a client sees it.</summary>
public sealed class RotationEndpointTests(SharedSluice shared)
{
    private static readonly string[] Everything = ["*"];

    [Fact]
    public async Task A_key_is_rotated_fetched_again_and_acknowledged_and_both_versions_work()
    {
        var access = await shared.Admins.NewAccessAsync();

        var rotated = await RotateAsync(access, "autumn");
        var again = (await shared.Admins.PostAsync(Rotations(access), new { rotationId = "autumn" }))
            .Is(HttpStatusCode.OK);
        var fetched = (await shared.Admins.GetAsync($"{Rotations(access)}/autumn/secret")).Is(HttpStatusCode.OK);

        Assert.Equal(rotated.Text("key"), again.Text("key"));
        Assert.Equal(rotated.Text("key"), fetched.Text("key"));
        Assert.Equal("pending", (string)rotated.Json["version"]!["state"]!);
        (await shared.Sluice.With(access.Key).ChatAsync()).Is(200);
        (await shared.Sluice.With(rotated.Text("key")).ChatAsync()).Is(200);
        (await shared.Admins.PostAsync($"{Rotations(access)}/autumn/ack", null)).Is(HttpStatusCode.NoContent);
        (await shared.Admins.PostAsync($"{Rotations(access)}/autumn/ack", null)).Is(HttpStatusCode.NoContent);
        var gone = (await shared.Admins.GetAsync($"{Rotations(access)}/autumn/secret")).Is(HttpStatusCode.Gone);
        Assert.Contains("rotate again", gone.Detail, StringComparison.Ordinal);
        var listed = await Patience.UntilAsync(
            () => KeysAsync(access), keys => (string)keys[0]!["state"]! == "retiring");
        Assert.Equal("active", (string)listed[1]!["state"]!);
        Assert.Equal(["autumn", "1"], [(string)listed[1]!["rotationId"]!, $"{(long)listed[1]!["uses"]!}"]);
        Assert.NotEqual((string)listed[0]!["fingerprint"]!, (string)listed[1]!["fingerprint"]!);
        Assert.DoesNotContain(access.Key[^40..], listed.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(rotated.Text("key")[^40..], listed.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replaced_version_is_refused_in_its_own_way_once_its_overlap_is_ended()
    {
        var access = await shared.Admins.NewAccessAsync();
        var next = (await RotateAsync(access, "r1")).Text("key");
        (await shared.Sluice.With(next).ChatAsync()).Is(200);
        await Patience.UntilAsync(() => KeysAsync(access), keys => (string)keys[0]!["state"]! == "retiring");

        (await shared.Admins.PatchAsync(
            $"clients/{access.ClientId}/keys/1", new { retiresAt = "2020-01-01T00:00:00Z" }))
            .Is(HttpStatusCode.NoContent);

        (await shared.Sluice.With(access.Key).ChatAsync()).IsError(401, "api_key_retired");
        (await shared.Sluice.With(access.Key).GetAsync("/v1/models")).IsError(401, "api_key_retired");
        (await shared.Sluice.With(next).ChatAsync()).Is(200);
        var old = (await KeysAsync(access))[0]!;
        Assert.Equal(("retired", 2), ((string)old["state"]!, (long)old["refusals"]!));
        Assert.Contains("should not have it", (string)old["warning"]!, StringComparison.Ordinal);
        (await shared.Admins.PatchAsync(
            $"clients/{access.ClientId}/keys/1", new { retiresAt = "2080-01-01T00:00:00Z" }))
            .Is(HttpStatusCode.BadRequest);
        (await shared.Admins.PatchAsync($"clients/{access.ClientId}/keys/1", new { })).Is(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_strict_plan_refuses_the_new_version_until_its_time_and_names_it()
    {
        var access = await shared.Admins.NewAccessAsync();
        (await shared.Admins.PutAsync($"plans/{access.Plan}", new
        {
            models = new { use = Everything }, rotation = new { interval = "0s", acceptEarly = false },
        })).Is(HttpStatusCode.OK);

        var next = (await RotateAsync(access, "r1")).Text("key");

        var refused = (await shared.Sluice.With(next).ChatAsync()).IsError(401, "key_not_yet_active");
        Assert.InRange(int.Parse(refused.Headers["Retry-After"], null), 86_000, 86_400);
        Assert.Equal("false", refused.Headers["x-should-retry"]); // A day is no time to hold a call for.
        refused = (await shared.Sluice.With(next).GetAsync("/v1/models")).IsError(401, "key_not_yet_active");
        Assert.InRange(int.Parse(refused.Headers["Retry-After"], null), 86_000, 86_400);
        (await shared.Admins.PostAsync($"{Rotations(access)}/r1/cancel", null)).Is(HttpStatusCode.NoContent);
        (await shared.Sluice.With(next).ChatAsync()).IsError(401, "api_key_revoked");
        (await shared.Sluice.With(access.Key).ChatAsync()).Is(200);
    }

    [Fact]
    public async Task In_an_emergency_one_call_replaces_the_key()
    {
        var access = await shared.Admins.NewAccessAsync();
        var body = new { rotationId = "leak-1", reason = "found in a log" };

        var rotated = (await shared.Admins.PostAsync($"clients/{access.ClientId}/keys/key-1/emergency", body))
            .Is(HttpStatusCode.Created);
        var again = (await shared.Admins.PostAsync($"clients/{access.ClientId}/keys/key-1/emergency", body))
            .Is(HttpStatusCode.OK);

        Assert.Equal(rotated.Text("key"), again.Text("key"));
        (await shared.Sluice.With(access.Key).ChatAsync()).IsError(401, "api_key_revoked");
        (await shared.Sluice.With(rotated.Text("key")).ChatAsync()).Is(200);
        var keys = await KeysAsync(access);
        Assert.Equal(("revoked", "found in a log"), ((string)keys[0]!["state"]!, (string)keys[0]!["revokedReason"]!));
        (await shared.Admins.PostAsync($"clients/{access.ClientId}/keys/key-1/emergency", new { }))
            .Is(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Secrets_that_wait_are_listed_until_they_are_acknowledged_and_never_shown_to_auditors()
    {
        var access = await shared.Admins.NewAccessAsync();
        var auditor = await shared.Admins.NewAccessAsync("auditor", ["*"], []);
        var rotated = await RotateAsync(access, "r1");

        var waiting = await WaitingAsync(access);
        Assert.Equal(("key-1", 2, "r1", true), (
            (string)waiting!["keyId"]!, (int)waiting["version"]!, (string)waiting["rotationId"]!,
            (bool)waiting["fetched"]!));
        var asAuditor = shared.Admins.As(auditor.Key);
        (await asAuditor.GetAsync($"clients/{access.ClientId}/keys")).Is(HttpStatusCode.OK);
        var refused = (await asAuditor.GetAsync($"{Rotations(access)}/r1/secret")).Is(HttpStatusCode.Forbidden);
        Assert.DoesNotContain(rotated.Text("key")[^40..], refused.Body, StringComparison.Ordinal);
        (await asAuditor.PostAsync($"{Rotations(access)}/r1/ack", null)).Is(HttpStatusCode.Forbidden);

        (await shared.Admins.PostAsync($"{Rotations(access)}/r1/ack", null)).Is(HttpStatusCode.NoContent);

        Assert.Null(await WaitingAsync(access));
    }

    [Fact]
    public async Task What_cannot_be_rotated_is_refused_with_what_to_do()
    {
        var access = await shared.Admins.NewAccessAsync();
        await RotateAsync(access, "r1");

        var busy = (await shared.Admins.PostAsync(Rotations(access), new { rotationId = "r2" }))
            .Is(HttpStatusCode.Conflict);
        Assert.Contains("'r1'", busy.Detail, StringComparison.Ordinal);
        (await shared.Admins.PostAsync(Rotations(access), new { lifetime = "91d" })).Is(HttpStatusCode.BadRequest);
        (await shared.Admins.PostAsync(Rotations(access), new { lifetime = "0s" })).Is(HttpStatusCode.BadRequest);
        (await shared.Admins.PostAsync(Rotations(access), new { rotationId = "a b" })).Is(HttpStatusCode.BadRequest);
        (await shared.Admins.PostAsync($"clients/{access.ClientId}/keys/key-9/rotations", new { }))
            .Is(HttpStatusCode.NotFound);
        (await shared.Admins.PostAsync("clients/0123456789Ab/keys/key-1/rotations", new { }))
            .Is(HttpStatusCode.NotFound);
        (await shared.Admins.GetAsync($"{Rotations(access)}/r9/secret")).Is(HttpStatusCode.NotFound);
        (await shared.Admins.PutAsync($"plans/{access.Plan}", new { rotation = new { overlap = "soon" } }))
            .Is(HttpStatusCode.BadRequest);
    }

    private static string Rotations(Access access) => $"clients/{access.ClientId}/keys/key-1/rotations";

    private async Task<AdminAnswer> RotateAsync(Access access, string rotationId) =>
        (await shared.Admins.PostAsync(Rotations(access), new { rotationId })).Is(HttpStatusCode.Created);

    private async Task<JsonArray> KeysAsync(Access access) =>
        (await shared.Admins.GetAsync($"clients/{access.ClientId}/keys"))
            .Is(HttpStatusCode.OK).Json["items"]!.AsArray();

    private async Task<JsonNode?> WaitingAsync(Access access) =>
        (await shared.Admins.GetAsync("deliveries?limit=1000")).Is(HttpStatusCode.OK).Json["items"]!.AsArray()
            .SingleOrDefault(one => (string)one!["clientId"]! == access.ClientId);
}
