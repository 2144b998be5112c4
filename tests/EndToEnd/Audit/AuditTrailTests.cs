using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;
using Sluice.Rules.Audit;
using Sluice.Testing;

namespace Sluice.EndToEnd.Audit;

/// <summary>What operators change is in the trail, by whom, and nothing secret with it.</summary>
public sealed class AuditTrailTests(SharedSluice shared)
{
    [Fact]
    public async Task A_change_is_in_the_trail_with_who_made_it_and_what_it_was_before()
    {
        var plan = AdminClient.NewName("plan");
        (await shared.Admins.PostAsync("plans", new { plan, limits = new[] { Limits.Rate(10, "1m") } }))
            .Is(HttpStatusCode.Created);
        (await shared.Admins.PutAsync($"plans/{plan}", new { plan, limits = new[] { Limits.Rate(20, "1m") } }))
            .Is(HttpStatusCode.OK);

        var lines = await TrailAsync($"?subject=plan/{plan}", lines: 2);

        Assert.Equal(["plan.create", "plan.replace"], lines.Select(line => (string)line["action"]!));
        Assert.All(lines, line => Assert.StartsWith("client/", (string)line["actor"]!, StringComparison.Ordinal));
        Assert.Equal((string)lines[0]["after"]!, (string)lines[1]["before"]!);
        Assert.Contains("\"amount\":10", (string)lines[1]["detail"]!, StringComparison.Ordinal);
        Assert.Contains("\"amount\":20", (string)lines[1]["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_life_of_a_key_is_in_the_trail_and_nothing_of_its_secret()
    {
        var access = await shared.Admins.NewAccessAsync();
        (await shared.Admins.PostAsync(
            $"clients/{access.ClientId}/keys/1/revoke", new { reason = "lost" })).Is(HttpStatusCode.NoContent);

        var lines = await TrailAsync($"?subject=client/{access.ClientId}/key/1", lines: 2);

        Assert.Equal(["key.issue", "key.revoke"], lines.Select(line => (string)line["action"]!));
        Assert.Contains("lost", (string)lines[1]["detail"]!, StringComparison.Ordinal);
        var all = (await shared.Admins.GetAsync("audit")).Is(HttpStatusCode.OK).Body;
        Assert.DoesNotContain(access.Key[^52..], all, StringComparison.Ordinal);
        Assert.DoesNotContain("\"mac", all, StringComparison.OrdinalIgnoreCase);
        await TrailAsync($"?subject=client/{access.ClientId}", lines: 1);
    }

    [Fact]
    public async Task An_exported_trail_verifies_offline_and_a_flipped_byte_is_found_and_located()
    {
        var plan = AdminClient.NewName("plan");
        (await shared.Admins.PostAsync("plans", new { plan })).Is(HttpStatusCode.Created);
        await TrailAsync($"?subject=plan/{plan}", lines: 1);
        var head = (await shared.Admins.GetAsync("audit/head")).Is(HttpStatusCode.OK).Json;
        var trail = (await shared.Admins.GetAsync("audit")).Is(HttpStatusCode.OK).Body;
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, trail, Patience.Token);
            var right = await VerifyAsync(file, "--up-to", $"{(long)head["sequence"]!}:{(string)head["hash"]!}");
            var at = trail.LastIndexOf(plan, StringComparison.Ordinal);
            await File.WriteAllTextAsync(file, trail[..at] + "q" + trail[(at + 1)..], Patience.Token);
            var wrong = await VerifyAsync(file);

            Assert.Equal(0, right.Code);
            Assert.Contains("records are as they were written", right.Said, StringComparison.Ordinal);
            Assert.Equal(1, wrong.Code);
            Assert.StartsWith(
                $"Line {trail[..at].Count(one => one == '\n') + 1}: record ", wrong.Said, StringComparison.Ordinal);
            Assert.Equal(2, (await VerifyAsync(file + ".none")).Code);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_trail_that_was_written_anew_contradicts_what_was_signed_of_it()
    {
        var checkpoints = "";
        await Eventually.True(
            async () => (checkpoints = (await shared.Admins.GetAsync("audit/checkpoints")).Is(HttpStatusCode.OK).Body)
                .Length > 0,
            "the trail is signed");
        var keys = (await shared.Admins.GetAsync("audit/keys")).Is(HttpStatusCode.OK).Body;
        var trail = (await shared.Admins.GetAsync("audit")).Is(HttpStatusCode.OK).Body;
        var anew = AuditChain.Append(
            AuditHead.Empty,
            trail.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => AuditLine.Read(line)!.Entry with { Actor = "nobody" })).Select(AuditLine.Write);
        using var folder = new TempFolder();
        string[] judge =
            ["--checkpoints", folder.Write("checkpoints", checkpoints), "--keys", folder.Write("keys", keys)];

        var right = await VerifyAsync([folder.Write("right", trail), .. judge]);
        var wrong = await VerifyAsync([folder.Write("anew", string.Join('\n', anew)), .. judge]);
        var unsigned = await VerifyAsync(
            [folder.Write("same", trail), judge[0], folder.Write("other", checkpoints[1..]), .. judge[2..]]);

        Assert.Equal((0, ""), (right.Code, right.Code == 0 ? "" : right.Said));
        Assert.Equal(1, wrong.Code);
        Assert.Contains("is not the one whose hash was kept", wrong.Said, StringComparison.Ordinal);
        Assert.Equal(1, unsigned.Code);
        Assert.StartsWith("Line 1 of the checkpoints: ", unsigned.Said, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Said)> VerifyAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var argument in (string[])
            [Path.Combine(AppContext.BaseDirectory, "Sluice.Cli.dll"), "audit", "verify", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Patience.Token);
        var errors = process.StandardError.ReadToEndAsync(Patience.Token);
        await process.WaitForExitAsync(Patience.Token);
        return (process.ExitCode, await output + await errors);
    }

    private async Task<List<JsonNode>> TrailAsync(string query, int lines)
    {
        List<JsonNode> found = [];
        await Eventually.True(
            async () =>
            {
                var answer = (await shared.Admins.GetAsync($"audit{query}")).Is(HttpStatusCode.OK);
                found = [.. answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(line => JsonNode.Parse(line)!)];
                return found.Count == lines;
            },
            $"{lines} records of {query} have their place in the trail");
        return found;
    }
}
