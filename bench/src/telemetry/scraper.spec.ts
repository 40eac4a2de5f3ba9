import { answeredChatsIn } from './scraper';

const text = `# TYPE http_server_request_duration_seconds histogram
http_server_request_duration_seconds_count{http_request_method="POST",http_route="/v1/chat/completions",http_response_status_code="503"} 3
http_server_request_duration_seconds_count{http_request_method="POST",http_route="/v1/embeddings",http_response_status_code="200"} 5
http_server_request_duration_seconds_count{http_request_method="POST",http_route="/v1/chat/completions",http_response_status_code="200"} 1234
http_server_request_duration_seconds_sum{http_request_method="POST",http_route="/v1/chat/completions",http_response_status_code="200"} 7.5
`;

it('finds how many chats were answered', () => {
  expect(answeredChatsIn(text)).toBe(1234);
});

it('finds none where none were', () => {
  expect(answeredChatsIn('# no registered metrics')).toBe(0);
});
