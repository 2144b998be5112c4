using System.Net;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Admin;

/// <summary>What routing refuses, which must read like every other refusal.</summary>
public sealed class AdminRouteTests(SharedSluice shared)
{
    [Theory]
    [InlineData("no-such")]
    [InlineData("clients/zzzzzzzzzzzz/no-such")]
    [InlineData("/no-such")]
    [InlineData("/admin")]
    public async Task A_path_that_is_none_is_404_with_a_reason(string path) =>
        IsProblem(await shared.Admins.GetAsync(path), HttpStatusCode.NotFound, path, "openapi.json");

    [Fact]
    public async Task A_method_that_a_path_does_not_know_is_405_and_names_those_it_knows()
    {
        IsProblem(
            await shared.Admins.SendAsync(HttpMethod.Delete, "plans"), HttpStatusCode.MethodNotAllowed,
            "DELETE", "GET", "POST");
        IsProblem(
            await shared.Admins.SendAsync(HttpMethod.Post, "/healthz"), HttpStatusCode.MethodNotAllowed,
            "/healthz", "GET");
    }

    [Fact]
    public async Task A_body_that_is_not_called_JSON_is_415()
    {
        var tenant = AdminClient.NewName("tenant");
        var body = $$"""{"tenant":"{{tenant}}"}""";

        IsProblem(
            await shared.Admins.SendAsync(HttpMethod.Post, "tenants", body, "text/plain"),
            HttpStatusCode.UnsupportedMediaType, "application/json");
        (await shared.Admins.GetAsync($"tenants/{tenant}")).Is(HttpStatusCode.NotFound);
    }

    private static void IsProblem(AdminAnswer answer, HttpStatusCode status, params string[] parts)
    {
        answer.Is(status);
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.Equal((int)status, (int)answer.Json["status"]!);
        Assert.All(parts, part => Assert.Contains(part, answer.Detail, StringComparison.Ordinal));
    }
}
